package io.scopeguard.spring.autoconfigure;

import io.scopeguard.spring.response.GraphQlDenials;
import io.scopeguard.spring.response.GraphQlSubscriptionDenials;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.graphql.execution.DataFetcherExceptionResolver;

/** Answers of Spring GraphQL, where an application has it. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(DataFetcherExceptionResolver.class)
final class GraphQlConfiguration {

    @Bean
    GraphQlDenials graphQlDenials() {
        return new GraphQlDenials();
    }

    @Bean
    GraphQlSubscriptionDenials graphQlSubscriptionDenials() {
        return new GraphQlSubscriptionDenials();
    }
}
