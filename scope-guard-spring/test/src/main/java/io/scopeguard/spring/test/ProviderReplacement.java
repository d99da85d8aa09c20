package io.scopeguard.spring.test;

import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/** Excludes the providers that properties configure, if a test replaces them. */
final class ProviderReplacement implements AutoConfigurationImportFilter, EnvironmentAware {

    private static final String PACKAGE = "io.scopeguard.spring.autoconfigure.";
    private static final Set<String> PROVIDERS = Set.of(
            PACKAGE + "LogtoAutoConfiguration",
            PACKAGE + "KeycloakAutoConfiguration",
            PACKAGE + "Auth0AutoConfiguration");

    private @Nullable Environment environment;

    @Override
    public void setEnvironment(Environment environment) {
        this.environment = environment;
    }

    @Override
    public boolean[] match(@Nullable String[] candidates, AutoConfigurationMetadata metadata) {
        boolean isReplaced =
                Objects.requireNonNull(environment).getProperty("scope-guard.test.replace", Boolean.class, false);
        boolean[] matches = new boolean[candidates.length];
        for (int i = 0; i < candidates.length; i++) {
            matches[i] = candidates[i] == null || !isReplaced || !PROVIDERS.contains(candidates[i]);
        }
        return matches;
    }
}
