package io.scopeguard.aws;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2CustomAuthorizerEvent;
import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.ScopeGuard;
import io.scopeguard.aws.HttpApiRoutes.Route;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.signal.ScopeDriftHeader;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.BearerCredentials;
import io.scopeguard.token.InvalidCredentialsException;
import io.scopeguard.token.KeysUnavailableException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Lambda authorizer for HTTP APIs (payload format 2.0). It grants a request if the live permissions of the token's subject
 * satisfy the requirement of the route, in the organization that the path names. The execution environment is frozen after each
 * request, so nothing is read in the background: a request waits for reads of stale facts, up to the guard's maximum wait.
 * Thread-safe.
 *
 * <pre>{@code
 * HttpApiAuthorizer authorizer = HttpApiAuthorizer.builder(guard, HttpApiRoutes.ofResource("/routes.json")).build();
 * }</pre>
 *
 * <table>
 * <caption>Answers</caption>
 * <tr><th>outcome</th><th>answer</th><th>API Gateway responds</th></tr>
 * <tr><td>granted</td><td>an allowing policy (or simple response), with a context for the integration</td><td>as the integration
 * does</td></tr>
 * <tr><td>granted, but the path contains {@code *}, {@code ?} or <code>$&#123;</code>, which in a policy would match other
 * paths</td><td>a denying policy</td><td>403</td></tr>
 * <tr><td>no token, an invalid token, a suspended subject</td><td>fails with {@code Unauthorized}</td><td>401</td></tr>
 * <tr><td>any other denial, or a route that is not in the file</td><td>a denying policy (or simple response)</td><td>403</td></tr>
 * <tr><td>keys or live permissions are unavailable, and the token must not decide</td><td>fails</td><td>500</td></tr>
 * </table>
 *
 * <p>The context has {@code organization}, {@code subject}, {@code subjectType} ({@code user} or {@code application}),
 * {@code clientId}, {@code scope} (the effective scopes, separated by spaces), and if they are known {@code asOf} (when the live
 * permissions were read, in Unix seconds) and {@code scopeDrift}, the value of the {@code Scope-Drift} header that the integration
 * should add to its response.
 *
 * @since 0.1
 */
public final class HttpApiAuthorizer implements RequestHandler<APIGatewayV2CustomAuthorizerEvent, Map<String, Object>> {

    private static final Logger log = LoggerFactory.getLogger(HttpApiAuthorizer.class);
    private static final int MOST_REPORTED_ROUTES = 100;

    private final ScopeGuard guard;
    private final HttpApiRoutes routes;
    private final ResultCaching caching;
    private final ScopeDriftHeader header;
    private final Set<String> reported = ConcurrentHashMap.newKeySet();

    private HttpApiAuthorizer(Builder builder) {
        this.guard = builder.guard;
        this.routes = builder.routes;
        this.caching = new ResultCaching(builder.isSimple, builder.resultTtl, builder.identitySources);
        this.header = new ScopeDriftHeader(builder.spread);
        caching.check(routes);
    }

    /** Answers with policies, for an authorizer without result caching whose only identity source is the token. */
    public static Builder builder(ScopeGuard guard, HttpApiRoutes routes) {
        return new Builder(guard, routes);
    }

    /**
     * Decides about one request.
     *
     * @param context not used
     * @return the answer to API Gateway
     * @throws RuntimeException with the message {@code Unauthorized}, or if no answer is possible
     */
    @Override
    public Map<String, Object> handleRequest(APIGatewayV2CustomAuthorizerEvent event, @Nullable Context context) {
        caching.check(event);
        AuthorizerAnswer answer = new AuthorizerAnswer(caching.isSimple(), event.getRouteArn());
        Route route = routes.find(event.getRouteKey());
        if (route == null) {
            report(event.getRouteKey());
            return answer.denied("unknown-route");
        }
        AccessToken token = verified(event);
        AccessRequest request = new AccessRequest(route.organization(event.getPathParameters()), route.requirement());
        return answer(answer, guard.authorize(token, request.forGateway()));
    }

    private Map<String, Object> answer(AuthorizerAnswer answer, Decision decision) {
        Denial denial = decision.denial();
        if (denial == null) {
            return answer.granted(decision.token().subject().id(), context(decision));
        }
        return switch (denial) {
            case SUBJECT_INACTIVE -> throw AuthorizerFailure.unauthorized();
            case PERMISSIONS_UNAVAILABLE -> throw AuthorizerFailure.internal("Live permissions are unavailable");
            default -> answer.denied(denial.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        };
    }

    private AccessToken verified(APIGatewayV2CustomAuthorizerEvent event) {
        try {
            String header = Headers.of(event, "authorization");
            List<String> credentials = header == null ? List.of() : List.of(header);
            String token = BearerCredentials.token(credentials, event.getRawQueryString());
            if (token == null) {
                throw AuthorizerFailure.unauthorized();
            }
            return guard.verify(token);
        } catch (InvalidTokenException | InvalidCredentialsException e) {
            log.debug("The credentials of a request were rejected: {}", e.getMessage());
            throw AuthorizerFailure.unauthorized();
        } catch (KeysUnavailableException e) {
            throw AuthorizerFailure.internal("The provider's signing keys are unavailable");
        }
    }

    private Map<String, Object> context(Decision decision) {
        AccessToken token = decision.token();
        Map<String, Object> context = new LinkedHashMap<>();
        if (token.organization() != null) {
            context.put("organization", token.organization());
        }
        context.put("subject", token.subject().id());
        context.put("subjectType", token.subject().type().name().toLowerCase(Locale.ROOT));
        context.put("clientId", token.clientId());
        context.put("scope", String.join(" ", decision.effective().toList()));
        LivePermissions live = decision.live();
        if (live != null) {
            context.put("asOf", live.asOf().getEpochSecond());
        }
        String drift = header.valueOf(decision);
        if (drift != null) {
            context.put("scopeDrift", drift);
        }
        return context;
    }

    private void report(@Nullable String routeKey) {
        String name = Objects.requireNonNullElse(routeKey, "");
        if (reported.size() < MOST_REPORTED_ROUTES && reported.add(name)) {
            log.warn("The route '{}' is not in the file of routes: requests to it are denied.", name);
        }
    }

    /** Collects the settings of an authorizer. Not thread-safe. */
    public static final class Builder {

        private final ScopeGuard guard;
        private final HttpApiRoutes routes;
        private boolean isSimple;
        private Duration resultTtl = Duration.ZERO;
        private Duration spread = Duration.ofSeconds(10);
        private List<String> identitySources = List.of(ResultCaching.TOKEN);

        private Builder(ScopeGuard guard, HttpApiRoutes routes) {
            this.guard = guard;
            this.routes = routes;
        }

        /** Answers with simple responses. The authorizer must have them enabled: {@code EnableSimpleResponses}. */
        public Builder simpleResponses() {
            isSimple = true;
            return this;
        }

        /**
         * How long API Gateway reuses answers. Must equal the authorizer's {@code AuthorizerResultTtlInSeconds}. Zero by default.
         * The age of a reused answer adds to every bound on the age of live permissions.
         */
        public Builder resultTtl(Duration ttl) {
            resultTtl = ttl;
            return this;
        }

        /** The authorizer's identity sources, in their order. {@code $request.header.Authorization} by default. */
        public Builder identitySources(String... sources) {
            identitySources = List.of(sources);
            return this;
        }

        /** The time over which clients spread their refreshes, one to thirty seconds. Ten seconds by default. */
        public Builder spread(Duration spread) {
            this.spread = spread;
            return this;
        }

        /**
         * Checks the settings.
         *
         * @throws IllegalArgumentException if API Gateway would reuse the answer to one request for another, or the spread is out
         *     of range
         */
        public HttpApiAuthorizer build() {
            return new HttpApiAuthorizer(this);
        }
    }
}
