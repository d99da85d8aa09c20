package io.scopeguard.spring.response;

import graphql.GraphQLError;
import graphql.GraphqlErrorBuilder;
import graphql.schema.DataFetchingEnvironment;
import io.scopeguard.annotation.Internal;
import io.scopeguard.signal.Problem;
import io.scopeguard.signal.ProblemResponses;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.graphql.execution.DataFetcherExceptionResolverAdapter;
import org.springframework.graphql.execution.ErrorType;

/**
 * Resolves a GraphQL field whose method was denied to an error with the problem detail of an HTTP response in its extensions. The
 * other fields of the query are resolved as usual. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class GraphQlDenials extends DataFetcherExceptionResolverAdapter implements Ordered {

    /** Before Spring Security's resolver, which answers every denial alike. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    protected @Nullable GraphQLError resolveToSingleError(Throwable exception, DataFetchingEnvironment environment) {
        return exception instanceof ScopesDeniedException denied
                ? complete(GraphqlErrorBuilder.newError(environment), denied)
                : null;
    }

    /** An error with the problem detail of an HTTP response. */
    static GraphQLError complete(GraphqlErrorBuilder<?> error, ScopesDeniedException denied) {
        Problem problem = new ProblemResponses(null).of(denied.decision()).problem();
        Map<String, Object> extensions = denied.problem();
        return error.errorType(errorType(problem.status()))
                .message(problem.detail())
                .extensions(extensions)
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
