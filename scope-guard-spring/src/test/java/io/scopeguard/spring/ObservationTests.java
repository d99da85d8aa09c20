package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.config.Customizer.withDefaults;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.web.SecurityFilterChain;

/** Spring Security's observations cost more than the guard, so they are off unless the application enables them. */
class ObservationTests {

    private final MovableClock clock = MovableClock.atNoon();

    @Test
    void observeWhenTheChainIsTheGuardsThenNothingOfSpringSecurity() {
        assertThat(observedWith(Observed.class)).isNotEmpty().noneMatch(name -> name.startsWith("spring.security"));
    }

    @Test
    void observeWhenTheApplicationHasAChainThenItIsObserved() {
        assertThat(observedWith(Observed.class, OwnChain.class)).contains("spring.security.filterchains");
    }

    @Test
    void observeWhenTheApplicationHasSettingsThenTheyApply() {
        assertThat(observedWith(Observed.class, OwnSettings.class))
                .contains("spring.security.authentications")
                .doesNotContain("spring.security.filterchains");
    }

    private Set<String> observedWith(Class<?>... configurations) {
        try (TenantServer tenant = new TenantServer(clock);
                RunningApi api = RunningApi.start(tenant, clock, List.of(), sources(configurations))) {
            api.get("/me", tenant.organizationToken(TenantServer.newId("acme"), tenant.newUser()));
            return api.bean(Names.class).names;
        }
    }

    private static Class<?>[] sources(Class<?>... configurations) {
        Class<?>[] sources = new Class<?>[configurations.length + 1];
        sources[0] = GuardedApi.class;
        System.arraycopy(configurations, 0, sources, 1, configurations.length);
        return sources;
    }

    private static final class Names implements ObservationHandler<Observation.Context> {

        private final Set<String> names = ConcurrentHashMap.newKeySet();

        @Override
        public void onStart(Observation.Context context) {
            names.add(context.getName());
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Observed {

        @Bean
        Names names() {
            return new Names();
        }

        @Bean
        ObservationRegistry observationRegistry(Names names) {
            ObservationRegistry registry = ObservationRegistry.create();
            registry.observationConfig().observationHandler(names);
            Observation.start("started", registry).stop();
            return registry;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnChain {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .oauth2ResourceServer(server -> server.jwt(withDefaults()))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnSettings {

        @Bean
        SecurityObservationSettings settings() {
            return SecurityObservationSettings.withDefaults().build();
        }
    }
}
