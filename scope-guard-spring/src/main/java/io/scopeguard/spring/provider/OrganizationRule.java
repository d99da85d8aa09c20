package io.scopeguard.spring.provider;

import io.scopeguard.organization.OrganizationProviders;
import io.scopeguard.spring.InvalidSettingException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The providers of organizations, by {@code scope-guard.organization.providers}: an exact id counts before a prefix, and a longer
 * prefix before a shorter one. Immutable.
 */
public final class OrganizationRule implements OrganizationProviders {

    private static final String PROVIDERS = "scope-guard.organization.providers";
    private static final String GLOBAL = "scope-guard.organization.global-provider";
    private static final String ANY = "*";

    private final Map<String, String> ids = new HashMap<>();
    private final Map<String, String> prefixes =
            new TreeMap<>(Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()));
    private final @Nullable String globalProvider;

    private OrganizationRule(Map<String, List<String>> patterns, @Nullable String globalProvider) {
        patterns.forEach((provider, own) -> own.forEach(pattern -> add(pattern, provider)));
        this.globalProvider = globalProvider;
    }

    /**
     * The rule in these properties, or {@code null} if they contain none and there is only one provider.
     *
     * @param patterns ids or beginnings of ids of organizations, by the name of their provider
     * @param globalProvider the provider of requests outside of organizations
     * @param names the names of all providers
     * @throws InvalidSettingException if there are several providers and no rule, or the rule contradicts itself
     */
    public static @Nullable OrganizationRule of(
            Map<String, List<String>> patterns, @Nullable String globalProvider, List<String> names) {
        if (patterns.isEmpty() && globalProvider == null) {
            checkIsOne(names);
            return null;
        }
        patterns.keySet().forEach(name -> checkKnown(PROVIDERS + "." + name, name, names));
        if (globalProvider != null) {
            checkKnown(GLOBAL, globalProvider, names);
        }
        return new OrganizationRule(patterns, globalProvider);
    }

    @Override
    public @Nullable String providerOf(String organization) {
        String exact = ids.get(organization);
        if (exact != null) {
            return exact;
        }
        for (Map.Entry<String, String> prefix : prefixes.entrySet()) {
            if (organization.startsWith(prefix.getKey())) {
                return prefix.getValue();
            }
        }
        return null;
    }

    @Override
    public @Nullable String globalProvider() {
        return globalProvider;
    }

    private void add(String pattern, String provider) {
        boolean isPrefix = pattern.endsWith(ANY);
        String text = isPrefix ? pattern.substring(0, pattern.length() - 1) : pattern;
        if (pattern.isBlank() || text.contains(ANY)) {
            throw new InvalidSettingException(
                    PROVIDERS + "." + provider,
                    "contains '" + pattern + "'",
                    "Use the id of an organization, the beginning of ids followed by *, or * for all others.");
        }
        String other = (isPrefix ? prefixes : ids).putIfAbsent(text, provider);
        if (other != null && !other.equals(provider)) {
            throw new InvalidSettingException(
                    PROVIDERS + "." + provider,
                    "contains '" + pattern + "', as does " + PROVIDERS + "." + other,
                    "Each organization belongs to exactly one provider: name it at one of them.");
        }
    }

    private static void checkIsOne(List<String> names) {
        if (names.size() > 1) {
            throw new InvalidSettingException(
                    PROVIDERS,
                    "is not set, and there are several identity providers: " + String.join(", ", names),
                    "Assign the organizations to the providers, such as " + PROVIDERS + "." + names.get(0)
                            + "=acme,org_* and "
                            + PROVIDERS + "." + names.get(1)
                            + "=*, or declare a bean of type OrganizationProviders. Otherwise"
                            + " anybody who may create an organization at one provider could enter another's of the same id.");
        }
    }

    private static void checkKnown(String property, String name, List<String> names) {
        if (!names.contains(name)) {
            throw new InvalidSettingException(
                    property, "names '" + name + "', which is not an identity provider", "Use one of " + names + ".");
        }
    }
}
