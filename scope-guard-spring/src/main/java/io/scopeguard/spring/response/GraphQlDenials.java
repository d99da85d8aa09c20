package io.scopeguard.spring.response;

import graphql.GraphQLError;
import graphql.GraphqlErrorBuilder;
import graphql.schema.DataFetchingEnvironment;
import io.scopeguard.annotation.Internal;
import io.scopeguard.signal.Problem;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.graphql.execution.DataFetcherExceptionResolverAdapter;
import org.springframework.graphql.execution.ErrorType;
import org.springframework.security.authorization.AuthorizationDeniedException;

/**
 * Resolves a GraphQL field whose method was denied to an error with the problem detail of an HTTP response in its extensions. The
 * other fields of the query are resolved as usual. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class GraphQlDenials extends DataFetcherExceptionResolverAdapter implements Ordered {

    /** Ordered before Spring Security's resolver, which reports all denials in the same way. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    protected @Nullable GraphQLError resolveToSingleError(Throwable exception, DataFetchingEnvironment environment) {
        return error(GraphqlErrorBuilder.newError(environment), exception);
    }

    /** An error with the problem detail of an HTTP response; {@code null} if the exception is not a denial of the guard. */
    static @Nullable GraphQLError error(GraphqlErrorBuilder<?> error, Throwable exception) {
        if (!(exception instanceof AuthorizationDeniedException denied)
                || !(denied.getAuthorizationResult() instanceof DecisionResult result)) {
            return null;
        }
        Problem problem = ScopesDeniedException.problem(result);
        return error.errorType(errorType(problem.status()))
                .message(problem.detail())
                .extensions(problem.members())
                .build();
    }

    private static ErrorType errorType(int status) {
        return switch (status) {
            case 401 -> ErrorType.UNAUTHORIZED;
            case 403 -> ErrorType.FORBIDDEN;
            default -> ErrorType.INTERNAL_ERROR;
        };
    }
}
