package io.scopeguard.aws;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.ScopeRequirement.Match;
import io.scopeguard.scope.Scopes;
import io.scopeguard.scope.WhenUnknown;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The routes of an HTTP API and the scopes that they require, from one JSON file. Immutable.
 *
 * <pre>{@code
 * {
 *   "GET /organizations/{organizationId}/reports": {"allOf": ["read:report"]},
 *   "DELETE /organizations/{organizationId}/reports/{id}": {"allOf": ["delete:report"], "maxAge": "PT0S", "whenUnknown": "deny"},
 *   "GET /documents": {"audience": "https://api.example.com", "anyOf": ["read:document"], "organization": "none"}
 * }
 * }</pre>
 *
 * <p>Names are route keys, exactly as API Gateway knows them. {@code allOf} or {@code anyOf} is required. {@code audience} is
 * {@code organization} or a resource indicator, {@code organization} by default. {@code organization} says where the organization
 * comes from: the variable {@value #VARIABLE} of the {@code path} (the default), the {@code token}, or {@code none}. {@code maxAge}
 * is an ISO 8601 duration, {@code whenUnknown} is {@code trust-token} or {@code deny}.
 *
 * @since 0.1
 */
public final class HttpApiRoutes {

    /** The path variable that names the organization. */
    public static final String VARIABLE = "organizationId";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Map<String, Route> routes;

    private HttpApiRoutes(Map<String, Route> routes) {
        this.routes = Map.copyOf(routes);
    }

    /**
     * Reads a file of the class path.
     *
     * @param resource an absolute name, such as {@code /routes.json}
     * @throws IllegalArgumentException if there is no such file, or it is not valid; the message names the route and the fix
     */
    public static HttpApiRoutes ofResource(String resource) {
        try (InputStream file = HttpApiRoutes.class.getResourceAsStream(resource)) {
            if (file == null) {
                throw new IllegalArgumentException("There is no " + resource + " on the class path");
            }
            return of(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads routes.
     *
     * @throws IllegalArgumentException if they are not valid; the message names the route and the fix
     */
    public static HttpApiRoutes of(InputStream json) {
        Map<String, Entry> entries;
        try {
            entries = JSON.readValue(json, new TypeReference<Map<String, Entry>>() {});
        } catch (JacksonException e) {
            throw new IllegalArgumentException("The routes are not valid JSON: " + e.getOriginalMessage(), e);
        }
        Map<String, Route> routes = new LinkedHashMap<>();
        entries.forEach((key, entry) -> routes.put(key, Route.of(key, entry)));
        if (routes.isEmpty()) {
            throw new IllegalArgumentException("There are no routes. A route that is not in the file is always denied");
        }
        return new HttpApiRoutes(routes);
    }

    @Nullable
    Route find(@Nullable String routeKey) {
        return routeKey == null ? null : routes.get(routeKey);
    }

    Map<String, Route> all() {
        return routes;
    }

    /** The entry for a route in the file. */
    private record Entry(
            @JsonProperty("allOf") @Nullable List<String> allOf,
            @JsonProperty("anyOf") @Nullable List<String> anyOf,
            @JsonProperty("audience") @Nullable String audience,
            @JsonProperty("organization") @Nullable String organization,
            @JsonProperty("maxAge") @Nullable String maxAge,
            @JsonProperty("whenUnknown") @Nullable String whenUnknown) {

        ScopeRequirement requirement() {
            if ((allOf == null) == (anyOf == null)) {
                throw new IllegalArgumentException("it needs either allOf or anyOf, a list of scopes");
            }
            List<String> scopes = Objects.requireNonNull(allOf == null ? anyOf : allOf);
            return new ScopeRequirement(
                    audience == null ? Audience.ORGANIZATION : new Audience(audience),
                    allOf == null ? Match.ANY : Match.ALL,
                    Scopes.of(scopes.toArray(String[]::new)),
                    maxAge == null ? null : Duration.parse(maxAge),
                    whenUnknown == null ? null : policy(whenUnknown));
        }

        private static WhenUnknown policy(String name) {
            for (WhenUnknown policy : WhenUnknown.values()) {
                if (policy.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(name)) {
                    return policy;
                }
            }
            throw new IllegalArgumentException("whenUnknown is trust-token or deny, not '" + name + "'");
        }
    }

    /** The source of a route's organization. */
    enum Source {
        PATH,
        TOKEN,
        NONE
    }

    /** The requirement of a route. */
    record Route(ScopeRequirement requirement, Source source) {

        private static Route of(String key, Entry entry) {
            try {
                Source source = source(entry.organization());
                check(key, source, entry.requirement());
                return new Route(entry.requirement(), source);
            } catch (IllegalArgumentException | DateTimeException e) {
                throw new IllegalArgumentException("The route '" + key + "' is not valid: " + e.getMessage(), e);
            }
        }

        private static Source source(@Nullable String name) {
            for (Source source : Source.values()) {
                if (source.name().toLowerCase(Locale.ROOT).equals(name)) {
                    return source;
                }
            }
            if (name != null) {
                throw new IllegalArgumentException("organization is path, token or none, not '" + name + "'");
            }
            return Source.PATH;
        }

        private static void check(String key, Source source, ScopeRequirement requirement) {
            boolean named = key.contains("{" + VARIABLE + "}");
            if (!key.matches("(?:[A-Z]+) /.*")) {
                throw new IllegalArgumentException("a route key is a method and a path, such as 'GET /reports'");
            }
            if (named != (source == Source.PATH)) {
                throw new IllegalArgumentException(
                        named
                                ? "its path names an organization: remove \"organization\", or rename the variable"
                                : "its path has no {" + VARIABLE
                                        + "}: add it, or set \"organization\" to token or none");
            }
            if (source == Source.NONE && requirement.audience().isOrganization()) {
                throw new IllegalArgumentException("scopes of an organization need one: set \"organization\" to token");
            }
        }

        /** The organization that a request is about. */
        RequestedOrganization organization(@Nullable Map<String, String> pathParameters) {
            return switch (source) {
                case NONE -> RequestedOrganization.NONE;
                case TOKEN -> RequestedOrganization.OF_TOKEN;
                case PATH -> {
                    String id = pathParameters == null ? null : pathParameters.get(VARIABLE);
                    yield id == null || id.isEmpty() ? RequestedOrganization.MISSING : RequestedOrganization.named(id);
                }
            };
        }
    }
}
