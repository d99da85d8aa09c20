package io.scopeguard.spring.response;

import graphql.GraphQLError;
import graphql.GraphqlErrorBuilder;
import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.execution.SubscriptionExceptionResolverAdapter;

/**
 * Ends a GraphQL subscription whose method was denied with the error that {@link GraphQlDenials} reports. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class GraphQlSubscriptionDenials extends SubscriptionExceptionResolverAdapter {

    @Override
    protected @Nullable GraphQLError resolveToSingleError(Throwable exception) {
        return GraphQlDenials.error(GraphqlErrorBuilder.newError(), exception);
    }
}
