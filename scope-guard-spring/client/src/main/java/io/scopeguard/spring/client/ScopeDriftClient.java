package io.scopeguard.spring.client;

import java.net.URI;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.web.ClientAttributes;

/**
 * Provides access tokens of Spring Security's OAuth 2.0 client for calls of guarded APIs, and acts on the hints in responses. An
 * application needs one instance, and uses it with {@link ScopeDriftInterceptor} or {@link ScopeDriftExchangeFilter}:
 *
 * <pre>{@code
 * ScopeDriftClient drift = ScopeDriftClient.builder(authorizedClientManager)
 *         .origins("https://api.example.com")
 *         .registration("logto")
 *         .listener(applicationEventPublisher::publishEvent)
 *         .build();
 * RestClient reports = RestClient.builder()
 *         .baseUrl("https://api.example.com")
 *         .requestInterceptor(new ScopeDriftInterceptor(drift))
 *         .build();
 * }</pre>
 *
 * <p>The token is that of the principal in the {@code SecurityContext}. Use a request factory that does not follow redirects to
 * other origins, which is the default of {@code JdkClientHttpRequestFactory}. Thread-safe.
 *
 * @since 0.1
 */
public final class ScopeDriftClient {

    private static final String REPEATABLE = ScopeDriftClient.class.getName() + ".repeatable";
    private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private final Set<String> origins;
    private final @Nullable String registration;
    private final Supplier<Authentication> principal;
    private final DriftingTokens tokens;

    private ScopeDriftClient(Builder builder) {
        origins = Set.copyOf(builder.origins);
        registration = builder.registration;
        principal = builder.principal;
        tokens = new DriftingTokens(builder.manager, builder.listener, builder.clock, builder.pause);
    }

    /** Starts with the manager that authorizes clients and refreshes their tokens. */
    public static Builder builder(OAuth2AuthorizedClientManager manager) {
        return new Builder(manager);
    }

    /**
     * Marks a request that may be repeated after a denial, although its method is not GET, HEAD or OPTIONS. Use it as
     * {@code attributes(ScopeDriftClient.repeatable())}.
     */
    public static Consumer<Map<String, Object>> repeatable() {
        return attributes -> attributes.put(REPEATABLE, true);
    }

    /**
     * The call for a request.
     *
     * @throws IllegalArgumentException if tokens must not be sent to the origin of the request, or no client registration is known
     */
    ClientCall call(URI address, Map<String, Object> attributes) {
        String origin = origin(address);
        if (!origins.contains(origin)) {
            throw new IllegalArgumentException(
                    "Tokens are not for " + origin + ". If they are, add it to the origins of the ScopeDriftClient.");
        }
        String named = ClientAttributes.resolveClientRegistrationId(attributes);
        String id = named == null ? registration : named;
        if (id == null) {
            throw new IllegalArgumentException("No client registration is known for a request to " + origin
                    + ". Set registration of the ScopeDriftClient, or the attribute of ClientAttributes.");
        }
        return ClientCall.of(id, principal.get());
    }

    DriftingTokens tokens() {
        return tokens;
    }

    static boolean isRepeatable(HttpMethod method, Map<String, Object> attributes) {
        return SAFE.contains(method) || Boolean.TRUE.equals(attributes.get(REPEATABLE));
    }

    private static String origin(URI address) {
        String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
        int standard = scheme.equals("https") ? 443 : 80;
        int port = address.getPort() == -1 ? standard : address.getPort();
        return scheme + "://" + String.valueOf(address.getHost()).toLowerCase(Locale.ROOT) + ':' + port;
    }

    /** Collects the settings of a client. Not thread-safe. */
    public static final class Builder {

        private static final String ANONYMOUS = "anonymousUser";

        private final OAuth2AuthorizedClientManager manager;
        private final Set<String> origins = new LinkedHashSet<>();
        private @Nullable String registration;
        private Supplier<Authentication> principal = Builder::currentPrincipal;
        private Consumer<ScopeDriftEvent> listener = event -> {};
        private Clock clock = Clock.systemUTC();
        private Pause pause = Pause.sleeping();

        private Builder(OAuth2AuthorizedClientManager manager) {
            this.manager = manager;
        }

        /**
         * The origins that tokens are sent to, such as {@code https://api.example.com}. At least one is required. Requests to other
         * origins fail.
         *
         * @throws IllegalArgumentException if one is not an origin
         */
        public Builder origins(String... addresses) {
            for (String address : addresses) {
                URI uri = URI.create(address);
                if (uri.getScheme() == null
                        || uri.getHost() == null
                        || !uri.getPath().isEmpty()) {
                    throw new IllegalArgumentException(
                            "'" + address
                                    + "' is not an origin. An origin has a scheme and a host, and perhaps a port: https://api.example.com");
                }
                origins.add(origin(uri));
            }
            return this;
        }

        /** The client registration for requests that do not name one with {@link ClientAttributes}. */
        public Builder registration(String id) {
            this.registration = id;
            return this;
        }

        /**
         * Determines the principal whose tokens are sent. By default, this is the principal in the {@code SecurityContext}, or an
         * anonymous one.
         */
        public Builder principal(Supplier<Authentication> source) {
            this.principal = source;
            return this;
        }

        /** The listener that receives events, on the thread of the request that caused them. Its exceptions are ignored. */
        public Builder listener(Consumer<ScopeDriftEvent> consumer) {
            this.listener = consumer;
            return this;
        }

        Builder time(Clock source, Pause waiting) {
            this.clock = source;
            this.pause = waiting;
            return this;
        }

        /**
         * Builds the client.
         *
         * @throws IllegalArgumentException if there is no origin
         */
        public ScopeDriftClient build() {
            if (origins.isEmpty()) {
                throw new IllegalArgumentException(
                        "No origins are set, so tokens could be sent nowhere. Name those of the API.");
            }
            return new ScopeDriftClient(this);
        }

        private static Authentication currentPrincipal() {
            Authentication current = SecurityContextHolder.getContext().getAuthentication();
            return current != null
                    ? current
                    : new AnonymousAuthenticationToken(
                            ANONYMOUS, ANONYMOUS, AuthorityUtils.createAuthorityList("ROLE_ANONYMOUS"));
        }
    }
}
