package io.scopeguard.bench.service;

import io.scopeguard.bench.Chain;
import io.scopeguard.bench.ClassPath.Optional;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * A way to run the service.
 *
 * @param id the name on the command line
 * @param title the description
 * @param libraries the optional libraries on the class path
 * @param unseenPercent the percentage of requests with an unknown token
 * @param outage whether the Management API is down during the measurement
 */
record Variant(String id, String title, Chain chain, Set<Optional> libraries, int unseenPercent, boolean outage) {

    private static final Set<Optional> BUNDLED = Set.of(Optional.BUNDLED_CORRETTO);

    static final List<Variant> ALL = List.of(
            of("a", "no Spring Security", Chain.NONE),
            of("b", "permit-all chain", Chain.PERMIT_ALL),
            of("c", "resource server, map lookup", Chain.MAP_LOOKUP),
            of("d", "stock resource server, RS256", Chain.STOCK_RS256),
            of("e", "stock resource server, ES384", Chain.STOCK_ES384),
            guarded("f", "Scope Guard", 0),
            of("f-empty", "its chain, a guard that costs nothing", Chain.EMPTY_GUARD),
            new Variant("f-down", "Scope Guard, Management API down", Chain.SCOPE_GUARD, BUNDLED, 0, true),
            unseen("f-1", 1),
            unseen("f-10", 10),
            unseen("f-100", 100),
            new Variant("f-jdk-100", "without Corretto, 100 % never-seen", Chain.SCOPE_GUARD, Set.of(), 100, false),
            with("a-act", "no Spring Security, with actuator", Chain.NONE, Set.of(Optional.ACTUATOR)),
            with("c-act", "map lookup, with actuator", Chain.MAP_LOOKUP, Set.of(Optional.ACTUATOR)),
            with(
                    "f-act",
                    "Scope Guard, with actuator",
                    Chain.SCOPE_GUARD,
                    Set.of(Optional.ACTUATOR, Optional.BUNDLED_CORRETTO)));

    /** The variants of a short run. */
    static final String QUICK = "a,c,e,f,f-empty,a-act,f-act";

    /**
     * The variants with these ids, separated by commas; all variants if empty.
     *
     * @throws IllegalArgumentException if an id is unknown
     */
    static List<Variant> chosen(String ids) {
        if (ids.isBlank()) {
            return ALL;
        }
        return Arrays.stream(ids.split(","))
                .map(String::strip)
                .map(Variant::byId)
                .toList();
    }

    boolean isGuarded() {
        return chain == Chain.SCOPE_GUARD;
    }

    private static Variant byId(String id) {
        return ALL.stream()
                .filter(variant -> variant.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no variant " + id + ", only "
                        + ALL.stream().map(Variant::id).toList()));
    }

    private static Variant of(String id, String title, Chain chain) {
        return new Variant(id, title, chain, Set.of(), 0, false);
    }

    private static Variant with(String id, String title, Chain chain, Set<Optional> libraries) {
        return new Variant(id, title, chain, libraries, 0, false);
    }

    private static Variant unseen(String id, int percent) {
        return guarded(id, "Scope Guard, " + percent + " % never-seen tokens", percent);
    }

    private static Variant guarded(String id, String title, int unseenPercent) {
        return new Variant(id, title, Chain.SCOPE_GUARD, BUNDLED, unseenPercent, false);
    }
}
