package io.scopeguard.spring.provider;

import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.spring.InvalidSettingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** The identity providers of the application: at least one, with different names, issuers and paths. */
public final class ProviderRegistrations implements Iterable<ProviderRegistration> {

    private final List<ProviderRegistration> all;

    /**
     * @param providers all provider beans
     * @param configured the registrations of providers that the starter configures
     * @throws InvalidSettingException if there is none, or two have the same name, issuer or path
     */
    public ProviderRegistrations(List<IdentityProvider> providers, List<ProviderRegistration> configured) {
        List<ProviderRegistration> registrations = new ArrayList<>(configured);
        providers.stream()
                .filter(provider ->
                        configured.stream().noneMatch(known -> known.provider().equals(provider)))
                .map(ProviderRegistration::of)
                .forEach(registrations::add);
        if (registrations.isEmpty()) {
            throw new InvalidSettingException(
                    "No identity provider",
                    "is configured",
                    "Set the properties of one, scope-guard.logto.endpoint, scope-guard.keycloak.issuer or"
                            + " scope-guard.auth0.domain with those beside it, or declare a bean of type IdentityProvider, or set"
                            + " scope-guard.enabled=false and declare a JwtDecoder. In a test slice such as @WebMvcTest, add"
                            + " scope-guard-spring-test, which has a provider for tests.");
        }
        this.all = List.copyOf(registrations);
        checkDistinct();
    }

    @Override
    public Iterator<ProviderRegistration> iterator() {
        return all.iterator();
    }

    /** The names of the providers, in order. */
    public List<String> names() {
        return all.stream().map(registration -> registration.provider().name()).toList();
    }

    /** The kinds and addresses of the providers, in order. */
    public List<String> descriptions() {
        return all.stream()
                .map(registration -> registration.provider().description())
                .toList();
    }

    private void checkDistinct() {
        Map<String, ProviderRegistration> names = new HashMap<>();
        Map<String, ProviderRegistration> issuers = new HashMap<>();
        Map<String, ProviderRegistration> paths = new HashMap<>();
        for (ProviderRegistration each : all) {
            checkDistinct(names, each.provider().name(), each, "name", "Give each provider its own name.");
            each.provider()
                    .issuers()
                    .forEach(issuer -> checkDistinct(
                            issuers,
                            issuer,
                            each,
                            "issuer",
                            "A token's issuer chooses its provider: configure each once."));
            checkDistinct(paths, each.eventPath(), each, "path for events", "Use different paths.");
        }
    }

    private static void checkDistinct(
            Map<String, ProviderRegistration> seen, String value, ProviderRegistration each, String what, String fix) {
        ProviderRegistration other = seen.putIfAbsent(value, each);
        if (other != null && !other.equals(each)) {
            throw new InvalidSettingException(
                    each.address(), "has the same " + what + " as " + other.address() + ": " + value, fix);
        }
    }
}
