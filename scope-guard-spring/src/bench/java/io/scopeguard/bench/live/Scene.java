package io.scopeguard.bench.live;

import io.scopeguard.AccessRequest;
import io.scopeguard.Mode;
import io.scopeguard.ScopeGuardSettings;
import io.scopeguard.bench.live.tenant.Entitlement;
import io.scopeguard.bench.live.tenant.Tenant;
import io.scopeguard.bench.live.tenant.Timeline;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The initial state of a case: a tenant, the users that make requests, and the settings of the guard. Not thread-safe. */
public final class Scene {

    /** The API's own resource. */
    public static final Audience API = Audience.resource("https://api.example.test");

    public static final String VIEWER = "viewer";
    public static final String EDITOR = "editor";
    public static final String ADMIN = "admin";

    /** The scope that {@link #EDITOR} alone grants. */
    public static final String WRITE = "write:report";

    public static final String READ = "read:report";
    public static final String WRITE_DOCUMENT = "write:document";
    public static final String READ_DOCUMENT = "read:document";

    /** The factor by which the call budget exceeds one sweep per interval. */
    static final double BUDGET = 1.25;

    private static final double SKEW = 0.9;
    private static final int ADMIN_EVERY = 10;
    private static final int TWO_ORGANIZATIONS_EVERY = 20;

    private final Options options;
    private final TokenMint mint;
    private final World world = new World();
    private final Tenant tenant = new Tenant(world::nanos);
    private final List<Caller> crowd = new ArrayList<>();
    private final Set<Audience> resources = new LinkedHashSet<>(Set.of(API));
    private int furtherCalls;
    private int callsPerSecond;
    private Duration latency;
    private ScopeGuardSettings settings;

    Scene(Options options, TokenMint mint) {
        this.options = options;
        this.mint = mint;
        this.latency = options.latency();
        this.settings =
                new ScopeGuardSettings(Mode.ENFORCE, options.maxAge(), options.maxStale(), WhenUnknown.TRUST_TOKEN);
    }

    public Options options() {
        return options;
    }

    public World world() {
        return world;
    }

    public Tenant tenant() {
        return tenant;
    }

    /** Creates the roles of organizations, and the users and organizations according to the options. All users make requests. */
    public void addCrowd() {
        addCrowd(options.users(), options.organizations());
    }

    /** The same, with these numbers. */
    public void addCrowd(int users, int organizations) {
        tenant.change(() -> {
            defineRoles();
            addMembers(users, organizations);
        });
        List<Caller> callers = IntStream.range(0, organizations)
                .boxed()
                .flatMap(number ->
                        tenant.members(organization(number)).stream().map(user -> List.of(user, organization(number))))
                .parallel()
                .map(member -> member(member.get(0), member.get(1)))
                .toList();
        crowd.addAll(callers);
    }

    /** Further requests, made by the crowd. */
    public void addCaller(Caller caller) {
        crowd.add(caller);
    }

    /** The requests of a member of an organization, mostly with organization tokens, sometimes with tokens for the resource. */
    public Caller member(String user, String organization) {
        Entitlement own = new Entitlement(user, organization, Audience.ORGANIZATION);
        Entitlement ofApi = new Entitlement(user, organization, API);
        List<Ask> asks = new ArrayList<>();
        asks.addAll(Collections.nCopies(4, ask(own, READ)));
        asks.addAll(Collections.nCopies(4, ask(own, WRITE)));
        asks.add(ask(ofApi, READ_DOCUMENT));
        asks.add(ask(ofApi, WRITE_DOCUMENT));
        return new Caller(asks);
    }

    /** A request that needs a scope, with a token of some age that carries all current scopes of the user. */
    public Ask ask(Entitlement entitlement, String scope) {
        return ask(entitlement, scope, Set.of());
    }

    /** The same, with a token that carries further scopes. */
    public Ask ask(Entitlement entitlement, String scope, Collection<String> further) {
        Timeline truth = tenant.timeline(entitlement);
        Set<String> carried = new TreeSet<>(truth.held());
        carried.addAll(further);
        return new Ask(mint.token(entitlement, carried), request(entitlement, scope, null), scope, truth);
    }

    /** A request that requires permissions that are read after its arrival; without them, it is denied. */
    public Ask askAnew(Entitlement entitlement, String scope) {
        Ask ask = ask(entitlement, scope);
        return new Ask(ask.token(), request(entitlement, scope, Duration.ZERO), scope, ask.truth());
    }

    /** A request with a token that was issued at this time. */
    public Ask ask(Entitlement entitlement, String scope, Instant issuedAt) {
        Timeline truth = tenant.timeline(entitlement);
        AccessToken token = mint.token(entitlement, truth.held(), issuedAt);
        return new Ask(token, request(entitlement, scope, null), scope, truth);
    }

    public void addResource(Audience resource) {
        resources.add(resource);
    }

    /** Increases the budget by this number of calls per interval, in addition to the pages. */
    public void allowFurtherCalls(int perInterval) {
        furtherCalls += perInterval;
    }

    /** The limit on calls, if it does not follow from the size. */
    public void callsPerSecond(int limit) {
        callsPerSecond = limit;
    }

    /** Multiplies the budget, so that the calls show the demand instead of the limit. */
    public void ampleCalls(int times) {
        callsPerSecond(times * callsPerSecond());
    }

    public void latency(Duration latency) {
        this.latency = latency;
    }

    /** The ages in the guard's settings, if they differ from those of the options. */
    public void ages(Duration maxAge, Duration maxStale) {
        settings = new ScopeGuardSettings(Mode.ENFORCE, maxAge, maxStale, WhenUnknown.TRUST_TOKEN);
    }

    public static String organization(int number) {
        return String.format(Locale.ROOT, "org%09d", number);
    }

    public static String user(int number) {
        return String.format(Locale.ROOT, "user%08d", number);
    }

    int callsPerSecond() {
        return callsPerSecond > 0 ? callsPerSecond : (int) Math.ceil(BUDGET * callsOfSweep() / seconds(maxAge()));
    }

    /** The time that it takes to read all users once, in seconds. */
    double sweep() {
        return callsPerSecond > 0 ? callsOfSweep() / callsPerSecond : seconds(maxAge()) / BUDGET;
    }

    Duration maxAge() {
        return settings.maxAge();
    }

    Duration maxStale() {
        return settings.maxStale();
    }

    public Duration latency() {
        return latency;
    }

    ScopeGuardSettings settings() {
        return settings;
    }

    List<Caller> crowd() {
        return crowd;
    }

    Set<Audience> resources() {
        return resources;
    }

    private double callsOfSweep() {
        return tenant.pages() + furtherCalls;
    }

    private void defineRoles() {
        tenant.addScopes(VIEWER, Audience.ORGANIZATION, Set.of(READ));
        tenant.addScopes(VIEWER, API, Set.of(READ_DOCUMENT));
        tenant.addScopes(EDITOR, Audience.ORGANIZATION, Set.of(WRITE));
        tenant.addScopes(EDITOR, API, Set.of(WRITE_DOCUMENT));
        tenant.addScopes(ADMIN, Audience.ORGANIZATION, Set.of("invite:member", "delete:report"));
    }

    private void addMembers(int users, int organizations) {
        double[] upTo = cumulativeWeights(organizations);
        for (int number = 0; number < users; number++) {
            int home = organizationAt(upTo, (number + 0.5) / users);
            addMember(home, number);
            if (number % TWO_ORGANIZATIONS_EVERY == 1 && organizations > 1) {
                addMember((home + 1) % organizations, number);
            }
        }
    }

    private void addMember(int organization, int number) {
        Set<String> roles = new LinkedHashSet<>(List.of(VIEWER, EDITOR));
        if (number % ADMIN_EVERY == 0) {
            roles.add(ADMIN);
        }
        tenant.addMember(organization(organization), user(number), roles);
    }

    private static double[] cumulativeWeights(int organizations) {
        double[] upTo = new double[organizations];
        double sum = 0;
        for (int i = 0; i < organizations; i++) {
            sum += 1 / Math.pow(i + 1, SKEW);
            upTo[i] = sum;
        }
        for (int i = 0; i < organizations; i++) {
            upTo[i] /= sum;
        }
        return upTo;
    }

    private static int organizationAt(double[] upTo, double share) {
        int i = 0;
        while (upTo[i] < share) {
            i++;
        }
        return i;
    }

    private AccessRequest request(Entitlement entitlement, String scope, @Nullable Duration maxAge) {
        ScopeRequirement requirement = ScopeRequirement.allOf(entitlement.audience(), Scopes.of(scope));
        RequestedOrganization organization = entitlement.organization() == null
                ? RequestedOrganization.NONE
                : RequestedOrganization.named(entitlement.organization());
        return new AccessRequest(
                organization,
                maxAge == null ? requirement : requirement.withMaxAge(maxAge).withWhenUnknown(WhenUnknown.DENY));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
