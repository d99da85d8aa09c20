package io.scopeguard.spring.method;

import io.scopeguard.Decision;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.spring.authorization.Binding;
import io.scopeguard.spring.authorization.RequestDecision;
import io.scopeguard.token.AccessToken;
import jakarta.servlet.http.HttpServletRequest;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The decisions about the operation that the message in a request calls by name. They are made before the arguments are bound, so
 * that method security compares the organization when the method is called.
 */
public final class OperationDecisions {

    private static final String DECIDED = OperationDecisions.class.getName();
    private static final String DENIED = DECIDED + ".denied";

    private OperationDecisions() {}

    /** Adds the decision about the message. */
    public static void add(HttpServletRequest request, MethodRule rule, Decision decision) {
        Map<String, Decision> decided = new HashMap<>(decided(request));
        decided.put(rule.name(), decision);
        request.setAttribute(DECIDED, decided);
    }

    /**
     * The denial of the method call, or {@code null} if it was not denied. The call is denied if its arguments differ from those
     * that the decision about the message is based on.
     */
    public static @Nullable Decision denial(HttpServletRequest request) {
        return (Decision) request.getAttribute(DENIED);
    }

    /**
     * The decision about the message, if it permits this call of the method as well.
     *
     * @param organization the organization in the bound arguments
     */
    static @Nullable Decision of(MethodRule rule, AccessToken token, RequestedOrganization organization) {
        HttpServletRequest request = RequestDecision.request();
        Decision decision = request == null ? null : decided(request).get(rule.name());
        if (decision == null
                || !decision.isGranted()
                || !decision.token().fingerprint().equals(token.fingerprint())) {
            return null;
        }
        boolean depends = rule.requires().binding() == Binding.EXPRESSION;
        return depends && !organization.equals(decision.request().organization()) ? null : decision;
    }

    /** Records a decision about a call of the method. */
    static void called(MethodRule rule, Decision decision) {
        HttpServletRequest request = decision.isGranted() ? null : RequestDecision.request();
        if (request != null && decided(request).containsKey(rule.name())) {
            request.setAttribute(DENIED, decision);
        }
    }

    @SuppressWarnings("unchecked") // only set above
    private static Map<String, Decision> decided(HttpServletRequest request) {
        Object decided = request.getAttribute(DECIDED);
        return decided == null ? Map.of() : (Map<String, Decision>) decided;
    }
}
