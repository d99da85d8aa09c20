package io.scopeguard.auth0;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.Priority;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.ScopeCatalogue.Listing;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.provider.http.Json;
import io.scopeguard.provider.http.PathTemplate;
import io.scopeguard.provider.http.RememberedRead;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessTokenVerifier;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The tenant's own APIs: their settings, and their scopes for the catalogue. Auth0 does not date scopes. Thread-safe. */
final class Auth0Apis {

    private static final Duration MAX_AGE = Duration.ofSeconds(30);

    /** For this long, a foreground read leaves the catalogue to the next background read. */
    private static final Duration MAX_FOREGROUND_AGE = Duration.ofMinutes(5);

    private static final Set<String> DIALECTS_WITH_PERMISSIONS = Set.of("access_token_authz", "rfc9068_profile_authz");

    private final Auth0ManagementApi api;
    private final ScopeCatalogue catalogue;
    private final TokenScopes tokenScopes;
    private final SteadyClock clock;
    private final Map<Audience, RememberedRead<Api>> apis;

    /** @param own the API's own resources */
    Auth0Apis(
            Auth0ManagementApi api,
            ScopeCatalogue catalogue,
            Set<Audience> own,
            TokenScopes tokenScopes,
            SteadyClock clock) {
        this.api = api;
        this.catalogue = catalogue;
        this.tokenScopes = tokenScopes;
        this.clock = clock;
        this.apis = own.stream()
                .collect(Collectors.toUnmodifiableMap(
                        audience -> audience,
                        audience -> new RememberedRead<>(context -> read(audience, context), clock)));
    }

    /**
     * Reads the settings of all own APIs.
     *
     * @throws SettingRefusedException if one is missing, or its tokens lack a claim that this library needs
     */
    void check(CallContext context) {
        apis.forEach((audience, read) -> check(audience.value(), read.get(clock.nanos(), context)));
    }

    private void check(String identifier, Api settings) {
        if (!AccessTokenVerifier.algorithms().contains(settings.algorithm)) {
            throw Auth0Refusals.unsupportedAlgorithm(identifier, settings.algorithm);
        }
        if (!settings.isRbacEnabled) {
            throw Auth0Refusals.withoutRbac(identifier);
        }
        if (tokenScopes == TokenScopes.PERMISSIONS && !DIALECTS_WITH_PERMISSIONS.contains(settings.dialect)) {
            throw Auth0Refusals.withoutPermissions(identifier);
        }
    }

    /**
     * Updates the catalogue if it is old or does not contain a scope yet. Only the dates of new scopes depend on the catalogue, so
     * a failure here does not fail the read.
     *
     * @param granted scopes that roles have just been found to grant
     */
    void refresh(Map<Audience, Scopes> granted, CallContext context) {
        Duration usual = context.priority() == Priority.BACKGROUND ? MAX_AGE : MAX_FOREGROUND_AGE;
        apis.forEach((audience, read) -> {
            Duration maxAge = isKnown(audience, granted.get(audience)) ? usual : Duration.ZERO;
            try {
                read.get(clock.nanos() - maxAge.toNanos(), context);
            } catch (PermissionsUnavailableException | SettingRefusedException e) {
                // Logged by the outage log.
            }
        });
    }

    /** Whether an API is one of the own APIs. */
    boolean isOwn(Audience audience) {
        return apis.containsKey(audience);
    }

    /**
     * Reads all scopes of one of the own APIs. The read begins now, so that the answer is as fresh as other facts that the caller
     * reads.
     *
     * @throws SettingRefusedException if Auth0 does not know the API
     */
    Scopes scopesOf(Audience own, CallContext context) {
        Api api = Objects.requireNonNull(apis.get(own)).get(clock.nanos(), context);
        return Scopes.ofTokens(api.scopes.keySet());
    }

    private boolean isKnown(Audience audience, @Nullable Scopes granted) {
        Scopes known = catalogue.scopesOf(audience);
        return granted == null || (known != null && known.containsAll(granted));
    }

    private Api read(Audience audience, CallContext context) {
        Api read = api.get("api", PathTemplate.path("/resource-servers/{}", audience.value()), context, Api::of)
                .orElseThrow(() -> Auth0Refusals.unknownApi(audience.value()));
        catalogue.learn(audience, shown(read.scopes), clock.nanos());
        return read;
    }

    private Map<String, Listing> shown(Map<String, Listing> scopes) {
        Map<String, Listing> shown = new HashMap<>(scopes);
        shown.keySet().removeIf(name -> !tokenScopes.canShow(name));
        return shown;
    }

    /** An API. */
    private record Api(Map<String, Listing> scopes, boolean isRbacEnabled, String dialect, String algorithm) {

        static Api of(JsonNode api) {
            Map<String, Listing> scopes = new HashMap<>();
            api.path("scopes").forEach(scope -> scopes.put(Json.text(scope, "value"), new Listing(null, null)));
            return new Api(
                    scopes,
                    api.path("enforce_policies").asBoolean(false),
                    api.path("token_dialect").asString("access_token"),
                    api.path("signing_alg").asString("RS256"));
        }
    }
}
