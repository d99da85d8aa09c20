package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.ScopeGuard;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.spring.authorization.DecisionEvents;
import io.scopeguard.spring.response.DecisionResult;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.event.EventListener;
import org.springframework.security.authorization.AuthorizationEventPublisher;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.authorization.event.AuthorizationDeniedEvent;
import org.springframework.security.authorization.event.AuthorizationEvent;
import org.springframework.security.authorization.event.AuthorizationGrantedEvent;
import org.springframework.security.core.Authentication;

/** The decisions that are published as events: denials, and grants if the application listens to them. */
class DecisionEventsTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;
    private static Decision granted;
    private static Decision denied;

    @BeforeAll
    static void decide() {
        api = RunningApi.start(tenant, clock, List.of("scope-guard.permissions.max-wait", "60s"), GuardedApi.class);
        String user = tenant.newUser();
        tenant.join("acme", user, "read:report");
        clock.advance(Duration.ofMinutes(1));
        String token = tenant.organizationToken("acme", user, "read:report").signed();
        granted = decision(token, "read:report");
        denied = decision(token, "delete:report");
        assertThat(granted.isGranted()).isTrue();
        assertThat(denied.isGranted()).isFalse();
    }

    private static Decision decision(String token, String scope) {
        ScopeGuard guard = api.bean(ScopeGuard.class);
        ScopeRequirement requirement = ScopeRequirement.allOf(Audience.ORGANIZATION, Scopes.of(scope));
        return guard.authorize(
                guard.verify(token), new AccessRequest(RequestedOrganization.named("acme"), requirement));
    }

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    private static List<Object> published(Class<?>... configurations) {
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            context.register(Events.class);
            for (Class<?> configuration : configurations) {
                context.register(configuration);
            }
            context.refresh();
            DecisionEvents events = context.getBean(DecisionEvents.class);
            events.accept(granted);
            events.accept(denied);
            return context.getBean(Heard.class).events;
        }
    }

    @Test
    void acceptWhenNobodyListensThenNothing() {
        assertThat(published()).isEmpty();
    }

    @Test
    void acceptWhenListenerForBothThenDenialOnly() {
        assertThat(published(ForBoth.class)).singleElement().isInstanceOf(AuthorizationDeniedEvent.class);
    }

    @ParameterizedTest
    @ValueSource(classes = {Annotated.class, Typed.class, LazilyTyped.class})
    void acceptWhenListenerForGrantsThenGrant(Class<?> listener) {
        assertThat(published(listener))
                .singleElement()
                .isInstanceOfSatisfying(AuthorizationGrantedEvent.class, event -> {
                    DecisionResult result = (DecisionResult) event.getAuthorizationResult();
                    assertThat(result.decision()).isSameAs(granted);
                    assertThat(event.getObject()).isSameAs(granted.request());
                });
    }

    @Test
    void acceptWhenApplicationHasPublisherThenItDecides() {
        assertThat(published(OwnPublisher.class)).containsExactly(true, false);
    }

    @Test
    void acceptWhenNobodyListensThenGrantAllocatesNothing() {
        try (AnnotationConfigApplicationContext context =
                new AnnotationConfigApplicationContext(Events.class, ForBoth.class)) {
            DecisionEvents events = context.getBean(DecisionEvents.class);
            ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            int grants = 10_000;
            events.accept(granted);
            long before = thread.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < grants; i++) {
                events.accept(granted);
            }
            long allocated = thread.getCurrentThreadAllocatedBytes() - before;
            // The measurement itself may allocate.
            assertThat(allocated).isLessThan(grants);
        }
    }

    private record Heard(List<Object> events) {}

    @Configuration(proxyBeanMethods = false)
    static class Events {

        @Bean
        DecisionEvents decisionEvents(
                ApplicationContext context, ObjectProvider<AuthorizationEventPublisher> publisher) {
            return new DecisionEvents(context, publisher.getIfUnique());
        }

        @Bean
        Heard heard() {
            return new Heard(new ArrayList<>());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ForBoth {

        @Bean
        ApplicationListener<AuthorizationEvent> listener(Heard heard) {
            return new ApplicationListener<>() {
                @Override
                public void onApplicationEvent(AuthorizationEvent event) {
                    heard.events.add(event);
                }
            };
        }
    }

    static class Annotated {

        private final Heard heard;

        Annotated(Heard heard) {
            this.heard = heard;
        }

        @EventListener
        void granted(AuthorizationGrantedEvent<AccessRequest> event) {
            heard.events.add(event);
        }
    }

    static class Typed implements ApplicationListener<AuthorizationGrantedEvent<AccessRequest>> {

        private final Heard heard;

        Typed(Heard heard) {
            this.heard = heard;
        }

        @Override
        public void onApplicationEvent(AuthorizationGrantedEvent<AccessRequest> event) {
            heard.events.add(event);
        }
    }

    @Lazy
    static class LazilyTyped extends Typed {

        LazilyTyped(Heard heard) {
            super(heard);
        }
    }

    static class OwnPublisher implements AuthorizationEventPublisher {

        private final ObjectProvider<Heard> heard;

        OwnPublisher(ObjectProvider<Heard> heard) {
            this.heard = heard;
        }

        @Override
        public <T> void publishAuthorizationEvent(
                Supplier<@Nullable Authentication> authentication, T object, @Nullable AuthorizationResult result) {
            heard.getObject().events.add(result != null && result.isGranted());
        }
    }
}
