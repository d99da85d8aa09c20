package io.scopeguard.spring.response;

import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationFilter;
import io.scopeguard.Decision;
import io.scopeguard.annotation.Internal;
import io.scopeguard.drift.ScopeDrift;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.observation.ServerRequestObservationContext;

/**
 * Adds the decision to Spring MVC's observation of each request: {@code scopeguard.outcome}, {@code scopeguard.reason} and
 * {@code scopeguard.drift}. All requests have these keys, because all values of a meter must have the same tags. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class DecisionObservationFilter implements ObservationFilter {

    private static final String REFUSED = DecisionObservationFilter.class.getName() + ".refused";

    private static final String OUTCOME = "scopeguard.outcome";
    private static final KeyValue UNDECIDED = KeyValue.of(OUTCOME, "none");
    private static final KeyValue GRANTED = KeyValue.of(OUTCOME, "granted");
    private static final KeyValue DENIED = KeyValue.of(OUTCOME, "denied");

    private static final String REASON = "scopeguard.reason";
    private static final KeyValue NO_REASON = KeyValue.of(REASON, "none");

    private static final String DRIFT = "scopeguard.drift";
    private static final KeyValue NO_DRIFT = KeyValue.of(DRIFT, "none");
    private static final KeyValue DEMOTED = KeyValue.of(DRIFT, "demoted");
    private static final KeyValue INTRODUCED = KeyValue.of(DRIFT, "new");
    private static final KeyValue PROMOTED = KeyValue.of(DRIFT, "promoted");

    /** @param problem the type of the problem in the response */
    static void refused(HttpServletRequest request, String problem) {
        request.setAttribute(REFUSED, problem);
    }

    @Override
    public Observation.Context map(Observation.Context context) {
        if (context instanceof ServerRequestObservationContext server && server.getCarrier() != null) {
            add(server, server.getCarrier());
        }
        return context;
    }

    private static void add(ServerRequestObservationContext context, HttpServletRequest request) {
        Object problem = request.getAttribute(REFUSED);
        Decision decision = DecisionHolder.of(request);
        context.addLowCardinalityKeyValue(outcome(problem, decision));
        context.addLowCardinalityKeyValue(
                problem == null
                        ? NO_REASON
                        : KeyValue.of(REASON, problem.toString().replace('-', '_')));
        context.addLowCardinalityKeyValue(decision == null ? NO_DRIFT : drift(decision.drift()));
    }

    private static KeyValue outcome(@Nullable Object problem, @Nullable Decision decision) {
        if (problem == null && (decision == null || decision.isGranted())) {
            return decision == null ? UNDECIDED : GRANTED;
        }
        return DENIED;
    }

    /** The most urgent kind of drift. */
    private static KeyValue drift(ScopeDrift drift) {
        if (drift.isEmpty()) {
            return NO_DRIFT;
        }
        if (!drift.demoted().isEmpty() || !drift.roles().demoted().isEmpty()) {
            return DEMOTED;
        }
        return drift.introduced().isEmpty() ? PROMOTED : INTRODUCED;
    }
}
