package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authorization.AuthorizationEventPublisher;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The default chain leaves filters out that have nothing to do, but not if the application listens to them. */
class ChainEventsTests {

    private static final String ORGANIZATION = TenantServer.newId("acme");

    private final MovableClock clock = MovableClock.atNoon();
    private final TenantServer tenant = new TenantServer(clock);
    private final String user = tenant.newUser();

    @AfterEach
    void close() {
        tenant.close();
    }

    @Test
    void grantedRequestWhenTheApplicationPublishesDecisionsThenPublished() {
        tenant.join(ORGANIZATION, user, "read:report");
        try (RunningApi api = RunningApi.start(tenant, clock, List.of(), Application.class)) {
            assertThat(api.get("/me", tenant.organizationToken(ORGANIZATION, user, "read:report"))
                            .status())
                    .isEqualTo(200);

            assertThat(api.bean(Published.class).granted).contains(true);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Published published() {
            return new Published();
        }

        @RestController
        static class Handlers {

            @GetMapping("/me")
            String me() {
                return "me";
            }
        }
    }

    private static final class Published implements AuthorizationEventPublisher {

        private final Queue<Boolean> granted = new ConcurrentLinkedQueue<>();

        @Override
        public <T> void publishAuthorizationEvent(
                Supplier<Authentication> authentication, T object, @Nullable AuthorizationResult result) {
            granted.add(result != null && result.isGranted());
        }
    }
}
