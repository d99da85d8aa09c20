package io.scopeguard.spring.openapi;

import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.ScopeRequirement.Match;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The security schemes of an API: one for each kind of token that operations require, from each provider. Scopes of different
 * audiences may have the same name, and their schemes distinguish them. Thread-safe.
 */
public final class TokenSchemes {

    private static final String ORGANIZATION = "organizationToken";
    private static final String RESOURCE = "resourceToken";
    private static final String DISCOVERY = "/.well-known/openid-configuration";

    private final Map<String, String> issuers;
    private final Supplier<List<Audience>> audiences;

    /**
     * @param issuers the principal issuer of each provider, by the provider's name
     * @param audiences the audiences that operations require, in a stable order
     */
    public TokenSchemes(Map<String, String> issuers, Supplier<List<Audience>> audiences) {
        this.issuers = new LinkedHashMap<>(issuers);
        this.audiences = audiences;
    }

    /** All schemes by their names. */
    Map<String, SecurityScheme> all() {
        Map<String, SecurityScheme> schemes = new LinkedHashMap<>();
        for (Audience audience : audiences.get()) {
            issuers.forEach((provider, issuer) -> schemes.put(name(audience, provider), scheme(audience, issuer)));
        }
        return schemes;
    }

    /** The alternative requirements, one of which has to be satisfied. */
    List<SecurityRequirement> of(ScopeRequirement requirement) {
        List<String> scopes = requirement.scopes().toList();
        Stream<List<String>> alternatives = requirement.match() == Match.ALL
                ? Stream.of(scopes)
                : scopes.stream().map(List::of);
        return alternatives
                .flatMap(alternative -> required(requirement.audience(), alternative))
                .toList();
    }

    /** Any valid token. */
    List<SecurityRequirement> ofAnyToken() {
        return audiences.get().stream()
                .flatMap(audience -> required(audience, List.of()))
                .toList();
    }

    private Stream<SecurityRequirement> required(Audience audience, List<String> scopes) {
        return issuers.keySet().stream()
                .map(provider -> new SecurityRequirement().addList(name(audience, provider), scopes));
    }

    private String name(Audience audience, String provider) {
        String kind = audience.isOrganization() ? ORGANIZATION : RESOURCE + suffix(audience);
        return issuers.size() == 1 ? kind : kind + '.' + provider.replaceAll("[^A-Za-z0-9_-]", "_");
    }

    /** Several resources are numbered, because names of schemes cannot contain addresses. */
    private String suffix(Audience audience) {
        List<Audience> resources =
                audiences.get().stream().filter(each -> !each.isOrganization()).toList();
        return resources.size() == 1 ? "" : String.valueOf(resources.indexOf(audience) + 1);
    }

    private static SecurityScheme scheme(Audience audience, String issuer) {
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        return new SecurityScheme()
                .type(SecurityScheme.Type.OPENIDCONNECT)
                .openIdConnectUrl(base + DISCOVERY)
                .description(
                        audience.isOrganization()
                                ? "An access token for the organization of the request."
                                : "An access token for the resource " + audience.value()
                                        + ", within the organization of the request if the request names one.");
    }
}
