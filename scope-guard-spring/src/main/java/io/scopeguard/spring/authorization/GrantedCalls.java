package io.scopeguard.spring.authorization;

import io.scopeguard.Decision;
import io.scopeguard.annotation.Internal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects the decisions that are made on one thread between {@link #begin} and {@link #end}, which may be nested. Costs nothing
 * where nothing was begun.
 *
 * @hidden
 */
@Internal
public final class GrantedCalls {

    private static final ThreadLocal<@Nullable GrantedCalls> CURRENT = new ThreadLocal<>();

    private final @Nullable GrantedCalls outer;
    private final boolean takesChecks;
    private final List<Decision> granted = new ArrayList<>(1);
    private boolean isDenied;

    private GrantedCalls(@Nullable GrantedCalls outer, boolean takesChecks) {
        this.outer = outer;
        this.takesChecks = takesChecks;
    }

    /**
     * Begins to collect.
     *
     * @param takesChecks whether a check in code or in an expression is a requirement: it is in an authorization rule, and may be a
     *     mere question elsewhere
     */
    public static void begin(boolean takesChecks) {
        CURRENT.set(new GrantedCalls(CURRENT.get(), takesChecks));
    }

    /** The granted decisions since the last beginning; none if a required one was a denial. */
    public static List<Decision> end() {
        GrantedCalls ended = CURRENT.get();
        if (ended == null) {
            return List.of();
        }
        if (ended.outer == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(ended.outer);
        }
        return ended.isDenied ? List.of() : List.copyOf(ended.granted);
    }

    /** Takes note of a decision that a call depended on. */
    public static void required(Decision decision) {
        GrantedCalls current = CURRENT.get();
        if (current != null) {
            current.add(decision);
            current.isDenied |= !decision.isGranted();
        }
    }

    /** Takes note of a decision that a call may depend on. */
    static void checked(Decision decision) {
        GrantedCalls current = CURRENT.get();
        if (current != null && current.takesChecks) {
            current.add(decision);
        }
    }

    private void add(Decision decision) {
        if (decision.isGranted()) {
            granted.add(decision);
        }
    }
}
