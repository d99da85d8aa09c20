package io.scopeguard.aws;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2CustomAuthorizerEvent;
import io.scopeguard.aws.HttpApiRoutes.Route;
import io.scopeguard.aws.HttpApiRoutes.Source;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * API Gateway's result caching: answers are reused for {@code resultTtl}, keyed by the values of the identity sources. Immutable.
 *
 * @param isSimple whether answers are simple responses, which are reused as a whole
 * @param resultTtl the authorizer's {@code AuthorizerResultTtlInSeconds}
 * @param identitySources the authorizer's identity sources, in their order
 */
record ResultCaching(boolean isSimple, Duration resultTtl, List<String> identitySources) {

    static final String TOKEN = "$request.header.Authorization";
    static final String ROUTE = "$context.routeKey";
    private static final String HEADER = "$request.header.";

    /**
     * Rejects a cache that would reuse the answer to one request for another.
     *
     * @throws IllegalArgumentException naming the route and the fix
     */
    void check(HttpApiRoutes routes) {
        if (!identitySources.contains(TOKEN)) {
            throw new IllegalArgumentException("The identity sources " + identitySources + " lack " + TOKEN
                    + ": without it, the answer to one client would be reused for another. Add it");
        }
        if (resultTtl.isNegative()) {
            throw new IllegalArgumentException("resultTtl is " + resultTtl + ". Use 0s or more");
        }
        if (!resultTtl.isZero()) {
            checkReuse(routes.all());
        }
    }

    private void checkReuse(Map<String, Route> routes) {
        if (!isSimple) {
            throw new IllegalArgumentException(
                    "resultTtl is " + resultTtl
                            + ", but a policy allows the path of one request only: reused for another one, it denies. Set it to 0");
        }
        if (!identitySources.contains(ROUTE)) {
            throw new IllegalArgumentException("resultTtl is " + resultTtl + ", and the identity sources lack " + ROUTE
                    + ": the answer for one route would be reused for another. Add it, or set resultTtl to 0");
        }
        routes.forEach((key, route) -> {
            if (route.source() == Source.PATH) {
                throw new IllegalArgumentException("resultTtl is " + resultTtl + ", and the route '" + key
                        + "' takes the organization from its path, which cannot be an identity source: the answer for"
                        + " one organization would be reused for another. Set resultTtl to 0");
            }
            if (route.requirement().maxAge() != null) {
                throw new IllegalArgumentException(
                        "resultTtl is " + resultTtl + ", and the route '" + key
                                + "' has a maxAge of its own, which a reused answer exceeds. Set resultTtl to 0, or remove maxAge");
            }
        });
    }

    /**
     * Compares the identity sources of an event with the configured ones.
     *
     * @throws AuthorizerFailure if they differ: the authorizer may reuse answers in a way that was not checked
     */
    void check(APIGatewayV2CustomAuthorizerEvent event) {
        List<String> values = event.getIdentitySource() == null ? List.of() : event.getIdentitySource();
        boolean same = values.size() == identitySources.size();
        for (int i = 0; same && i < values.size(); i++) {
            String expected = value(identitySources.get(i), event);
            same = expected == null || expected.equals(values.get(i));
        }
        if (!same) {
            throw AuthorizerFailure.internal("The authorizer has other identity sources than " + identitySources
                    + ", with which this function is configured. Correct one of them");
        }
    }

    /** The value of an identity source in an event, or {@code null} if the event does not contain it. */
    private static @Nullable String value(String source, APIGatewayV2CustomAuthorizerEvent event) {
        if (source.equals(ROUTE)) {
            return Objects.requireNonNullElse(event.getRouteKey(), "");
        }
        return source.startsWith(HEADER)
                ? Headers.of(event, source.substring(HEADER.length()).toLowerCase(Locale.ROOT))
                : null;
    }
}
