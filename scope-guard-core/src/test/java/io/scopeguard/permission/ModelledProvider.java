package io.scopeguard.permission;

import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A provider that remembers all it ever was, and can be in trouble, or wrong once. An answer takes a moment, in which more may
 * happen.
 */
final class ModelledProvider implements PermissionSource {

    static final String ORGANIZATION = "acme";
    static final String GLOBAL_ROLE = "auditor";

    private static final Duration MOMENT = Duration.ofMillis(1);

    private final MovableClock clock;
    private final Map<String, Timeline<State>> subjects = new TreeMap<>();
    private final Map<RoleKind, Timeline<Map<String, Scopes>>> roles = new EnumMap<>(RoleKind.class);
    private final Map<Object, Instant> lastAnswers = new HashMap<>();
    private final Set<Object> misreported = new HashSet<>();
    private Instant lastFailure = Instant.MIN;
    private @Nullable Reason trouble;
    private @Nullable Lie lie;
    private @Nullable Runnable meanwhile;
    private int before;

    /** How an answer can be wrong. */
    enum Lie {
        EMPTY,
        HALF
    }

    /** Where a subject is, and what it holds there. */
    record State(boolean member, boolean suspended, Set<String> held, boolean auditor) {

        Standing standing() {
            if (suspended) {
                return Standing.SUSPENDED;
            }
            return member ? Standing.ACTIVE : Standing.NOT_A_MEMBER;
        }

        Holdings holdings(Holder.Kind kind) {
            if (standing() != Standing.ACTIVE) {
                return Holdings.none(standing());
            }
            return Holdings.of(held, kind == Holder.Kind.USER && auditor ? Set.of(GLOBAL_ROLE) : Set.of());
        }
    }

    /** What a reading should show. */
    record Truth(Standing standing, Scopes granted) {}

    ModelledProvider(MovableClock clock) {
        this.clock = clock;
        roles.put(
                RoleKind.ORGANIZATION,
                new Timeline<>(Map.of("viewer", Scopes.of("read"), "editor", Scopes.of("read", "write"))));
        roles.put(RoleKind.GLOBAL, new Timeline<>(Map.of(GLOBAL_ROLE, Scopes.none())));
    }

    void admit(String user, String role) {
        subjects.put(user, new Timeline<>(new State(true, false, Set.of(role), false)));
    }

    // What happens to it

    /** Who is given a role is a member; a role that was not there is made. */
    void hold(String user, Set<String> held) {
        held.forEach(role -> define(
                RoleKind.ORGANIZATION,
                role,
                roles.get(RoleKind.ORGANIZATION).last().getOrDefault(role, Scopes.of("read"))));
        change(user, state -> new State(true, state.suspended, held, state.auditor));
    }

    void leave(String user) {
        change(user, state -> new State(false, state.suspended, Set.of(), state.auditor));
    }

    void suspend(String user, boolean suspended) {
        change(user, state -> new State(state.member, suspended, state.held, state.auditor));
    }

    void audit(String user, boolean auditor) {
        change(user, state -> new State(state.member, state.suspended, state.held, auditor));
    }

    void define(RoleKind kind, String role, Scopes scopes) {
        Map<String, Scopes> defined = new HashMap<>(roles.get(kind).last());
        defined.put(role, scopes);
        roles.get(kind).add(clock.instant(), defined);
    }

    /** From now on, until there is none. */
    void trouble(@Nullable Reason reason) {
        trouble = reason;
    }

    /** Once, about something that is as it was last told, or that was never told. */
    void lie(Lie next) {
        lie = next;
    }

    /** Between an answer and its arrival: the next one, or one of those that follow. */
    void meanwhile(int answersBefore, Runnable event) {
        before = answersBefore;
        meanwhile = event;
    }

    // What it was

    Instant lastFailure() {
        return lastFailure;
    }

    Truth truth(String user, Audience audience) {
        return truths(user, audience, clock.instant(), clock.instant(), clock.instant()).stream()
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    /**
     * All that reading holdings at one time and definitions at another could have shown.
     *
     * @param ofHoldings from when on holdings may have been read
     * @param ofRoles from when on definitions may have been read
     */
    Set<Truth> truths(String user, Audience audience, Instant ofHoldings, Instant ofRoles, Instant to) {
        return truths(
                audience,
                subjects.get(user).during(ofHoldings, to),
                roles.get(RoleKind.ORGANIZATION).during(ofRoles, to),
                roles.get(RoleKind.GLOBAL).during(ofRoles, to));
    }

    /** All that what was seen at one time and answered since could show. */
    Set<Truth> truthsAnswered(String user, Audience audience, Instant seen) {
        return truths(
                audience,
                subjects.get(user).during(seen, later(seen, lastAnswerAbout(user))),
                roles.get(RoleKind.ORGANIZATION).during(seen, later(seen, lastAnswer(RoleKind.ORGANIZATION))),
                roles.get(RoleKind.GLOBAL).during(seen, later(seen, lastAnswer(RoleKind.GLOBAL))));
    }

    /** What may have come by a global role since, and could not all the time. */
    Scopes gainedByGlobalRoles(Instant since) {
        List<Scopes> meanings = roles.get(RoleKind.GLOBAL).during(since, clock.instant()).stream()
                .map(defined -> defined.get(GLOBAL_ROLE))
                .toList();
        Scopes always = meanings.stream().reduce(Scopes::and).orElseThrow();
        return meanings.stream().reduce(Scopes::or).orElseThrow().minus(always);
    }

    private Instant lastAnswerAbout(String user) {
        return later(
                lastAnswer(Holder.member(user, ORGANIZATION)),
                lastAnswer(new Holder(Holder.Kind.USER, user, ORGANIZATION)));
    }

    private Instant lastAnswer(Object about) {
        return lastAnswers.getOrDefault(about, Instant.MIN);
    }

    private static Set<Truth> truths(
            Audience audience,
            List<State> states,
            List<Map<String, Scopes>> ofOrganizations,
            List<Map<String, Scopes>> ofTenant) {
        Set<Truth> truths = new LinkedHashSet<>();
        for (State state : mixed(states)) {
            for (Map<String, Scopes> organization : ofOrganizations) {
                for (Map<String, Scopes> tenant : ofTenant) {
                    truths.add(new Truth(state.standing(), granted(state, audience, organization, tenant)));
                }
            }
        }
        return truths;
    }

    /** Roles within the organization and global ones may have been read apart. */
    private static Set<State> mixed(List<State> states) {
        Set<State> mixed = new LinkedHashSet<>();
        for (State one : states) {
            for (State other : states) {
                mixed.add(new State(one.member, one.suspended, one.held, other.auditor));
            }
        }
        return mixed;
    }

    private static Scopes granted(
            State state, Audience audience, Map<String, Scopes> organization, Map<String, Scopes> tenant) {
        if (state.standing() != Standing.ACTIVE) {
            return Scopes.none();
        }
        Scopes granted = Scopes.none();
        for (String role : state.held) {
            granted = granted.or(organization.getOrDefault(role, Scopes.none()));
        }
        boolean global = state.auditor && !audience.isOrganization();
        return global ? granted.or(tenant.get(GLOBAL_ROLE)) : granted;
    }

    // What it answers

    @Override
    public Holdings read(Holder holder, Urgency urgency) {
        return answer(List.of(holder), holdings(holder), lie -> wrong(lie, holdings(holder)));
    }

    @Override
    public Holdings confirm(Holder holder, Urgency urgency) {
        return read(holder, urgency);
    }

    @Override
    public RoleDefinitions definitions(RoleKind kind, Urgency urgency) {
        Map<String, Map<Audience, Scopes>> byRole = new TreeMap<>();
        roles.get(kind).last().forEach((role, scopes) -> byRole.put(role, byAudience(kind, scopes)));
        return answer(
                List.of(kind),
                new RoleDefinitions(byRole),
                lie -> new RoleDefinitions(lie == Lie.EMPTY ? Map.of() : half(byRole)));
    }

    @Override
    public MemberPage members(String organization, int page, Urgency urgency) {
        Map<String, Holdings> members = new TreeMap<>();
        subjects.forEach((user, states) -> {
            if (states.last().member) {
                members.put(user, states.last().holdings(Holder.Kind.MEMBER));
            }
        });
        return answer(
                members.keySet().stream()
                        .map(user -> Holder.member(user, ORGANIZATION))
                        .toList(),
                new MemberPage(members, 1),
                lie -> new MemberPage(lie == Lie.EMPTY ? Map.of() : half(members), 1));
    }

    private Holdings holdings(Holder holder) {
        return subjects.get(holder.id()).last().holdings(holder.kind());
    }

    private static Holdings wrong(Lie lie, Holdings holdings) {
        return lie == Lie.EMPTY
                ? Holdings.none(Standing.NOT_A_MEMBER)
                : new Holdings(holdings.standing(), half(holdings.roles()), Set.of(), Set.of());
    }

    private static Map<Audience, Scopes> byAudience(RoleKind kind, Scopes scopes) {
        if (kind == RoleKind.ORGANIZATION) {
            return Map.of(Audience.ORGANIZATION, scopes, TestTokens.API, scopes);
        }
        return scopes.isEmpty() ? Map.of() : Map.of(TestTokens.API, scopes);
    }

    private <T> T answer(Collection<?> about, T right, Function<Lie, T> wrong) {
        clock.advance(MOMENT);
        if (trouble != null) {
            lastFailure = clock.instant();
            throw new PermissionsUnavailableException(trouble, "in trouble");
        }
        boolean lying = lie != null && about.stream().allMatch(this::isNoticeable);
        T answer = lying && lie != null ? wrong.apply(lie) : right;
        lie = null;
        misreported.removeAll(about);
        if (lying) {
            misreported.addAll(about);
        }
        about.forEach(each -> lastAnswers.put(each, clock.instant()));
        happenMeanwhile();
        return answer;
    }

    private void happenMeanwhile() {
        Runnable event = meanwhile;
        if (event != null && before-- == 0) {
            meanwhile = null;
            clock.advance(MOMENT);
            event.run();
        }
    }

    /**
     * Whether a wrong answer takes something from the last one, which was right, or is the first of all, which a token may
     * contradict. One that merely hides what is new cannot be told from the truth.
     */
    private boolean isNoticeable(Object about) {
        if (!lastAnswers.containsKey(about)) {
            return true;
        }
        if (misreported.contains(about)) {
            return false;
        }
        Timeline<?> timeline = about instanceof Holder holder ? subjects.get(holder.id()) : roles.get(about);
        return timeline.during(lastAnswers.get(about), clock.instant()).size() == 1;
    }

    private void change(String user, UnaryOperator<State> change) {
        Timeline<State> states = subjects.get(user);
        states.add(clock.instant(), change.apply(states.last()));
    }

    private static Set<String> half(Set<String> whole) {
        return new HashSet<>(
                new TreeSet<>(whole).stream().skip((whole.size() + 1) / 2).toList());
    }

    private static <T> Map<String, T> half(Map<String, T> whole) {
        Map<String, T> half = new TreeMap<>(whole);
        half.keySet().retainAll(half(whole.keySet()));
        return half;
    }

    private static Instant later(Instant a, Instant b) {
        return BinaryOperator.<Instant>maxBy(Instant::compareTo).apply(a, b);
    }
}
