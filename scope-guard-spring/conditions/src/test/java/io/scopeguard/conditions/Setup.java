package io.scopeguard.conditions;

import io.modelcontextprotocol.server.McpAsyncServer;
import io.scopeguard.conditions.Applications.OwnBeans;
import io.scopeguard.conditions.Applications.OwnChain;
import io.scopeguard.conditions.Applications.OwnDecoder;
import io.scopeguard.conditions.Applications.OwnObservations;
import io.scopeguard.conditions.Applications.OwnProvider;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.GlobalOperationCustomizer;
import org.springframework.boot.actuate.audit.AuditEventRepository;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroupsPostProcessor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.graphql.execution.DataFetcherExceptionResolver;
import org.springframework.web.socket.server.support.WebSocketHttpRequestHandler;

/** An application and the outcomes of the auto-configurations' conditions in it. Each application is started once. */
enum Setup {
    /** An application with all optional parts. */
    ALL(() -> Result.of(Applications.all())),
    /** An application with Logto's settings only. */
    PLAIN(() -> Result.of(Applications.plain())),
    FEATURES_OFF(() -> Result.of(Applications.all()
            .withPropertyValues(
                    "springdoc.api-docs.enabled=false",
                    "management.health.scopeGuard.enabled=false",
                    "management.health.scopeGuardShared.enabled=false"))),
    OWN_BEANS(() -> Result.of(Applications.all().withUserConfiguration(OwnBeans.class))),
    OWN_CHAIN(() -> Result.of(Applications.all().withUserConfiguration(OwnChain.class))),
    OWN_OBSERVATIONS(() -> Result.of(Applications.all().withUserConfiguration(OwnObservations.class))),
    OWN_DECODER(() -> Result.of(Applications.all().withUserConfiguration(OwnDecoder.class))),
    WITHOUT_PROVIDERS(() -> Result.of(Applications.servlet())),
    WITHOUT_LIBRARIES(() -> Result.of(Applications.all()
            .withClassLoader(new FilteredClassLoader(
                    Endpoint.class,
                    HealthEndpointGroupsPostProcessor.class,
                    GlobalOperationCustomizer.class,
                    DataFetcherExceptionResolver.class,
                    McpAsyncServer.class,
                    LettuceConnectionFactory.class,
                    TomcatServletWebServerFactory.class,
                    WebSocketHttpRequestHandler.class)))),
    /** Parts of the actuator are separate libraries. */
    WITHOUT_PARTS(() -> Result.of(Applications.all()
            .withClassLoader(new FilteredClassLoader(
                    ConditionalOnAvailableEndpoint.class, AuditEventRepository.class, HealthIndicator.class)))),
    DISABLED(() -> Result.of(Applications.all().withPropertyValues(Applications.DISABLED))),
    DISABLED_WITH_OWN_BEANS(() -> Result.of(Applications.all()
            .withUserConfiguration(OwnDecoder.class, OwnChain.class)
            .withPropertyValues(Applications.DISABLED))),
    DISABLED_WITHOUT_PROVIDERS(() -> Result.of(Applications.servlet().withPropertyValues(Applications.DISABLED))),
    DISABLED_WITH_OWN_PROVIDER(() -> Result.of(
            Applications.servlet().withUserConfiguration(OwnProvider.class).withPropertyValues(Applications.DISABLED))),
    DISABLED_WITH_KEYS(() -> Result.of(Applications.disabledWith("jwk-set-uri=https://id.example.test/jwks"))),
    DISABLED_WITH_ISSUER(() -> Result.of(Applications.disabledWith("issuer-uri=https://id.example.test/"))),
    DISABLED_WITH_KEY(() -> Result.of(Applications.disabledWith("public-key-location=classpath:missing"))),
    NO_WEB(() -> Result.of(Applications.withoutWeb())),
    NO_WEB_DISABLED(() -> Result.of(Applications.withoutWeb().withPropertyValues(Applications.DISABLED))),
    /** An application that must not start. */
    REACTIVE(() -> Result.of(Applications.reactive())),
    REACTIVE_DISABLED(() -> Result.of(Applications.reactive().withPropertyValues(Applications.DISABLED))),
    /** A test that replaces the provider. */
    KIT(() -> Result.of(Applications.kit())),
    KIT_DISABLED(() -> Result.of(Applications.kit().withPropertyValues(Applications.DISABLED)));

    private final Supplier<Result> run;
    private @Nullable Result result;

    Setup(Supplier<Result> run) {
        this.run = run;
    }

    synchronized Result result() {
        if (result == null) {
            result = run.get();
        }
        return result;
    }
}
