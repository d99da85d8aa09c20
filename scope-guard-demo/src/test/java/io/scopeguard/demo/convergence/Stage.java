package io.scopeguard.demo.convergence;

import io.scopeguard.logtobox.Http;
import io.scopeguard.logtobox.LogtoBox;
import io.scopeguard.logtobox.Management;
import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.OrganizationRole;
import io.scopeguard.logtobox.directory.Role;
import io.scopeguard.logtobox.directory.RoleType;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** The parts that all rows share: one provider, one clock, and the instances of the guarded API. */
final class Stage implements AutoCloseable {

    final MovableClock clock = MovableClock.atNoon();
    final LogtoBox box =
            LogtoBox.builder().port(0).clock(clock).rolesInAccessTokens().start();
    final Directory directory = box.directory();
    final Http provider = new Http(box.endpoint());
    private final Deployment deployment;
    private final List<Guard> guards = new CopyOnWriteArrayList<>();
    final Guard guard;
    final Guard replica;
    final Guard third;
    final Guard fourth;
    final Guard fast;
    final Guard slow;

    /** The time of this stage, for clients. */
    final Pace pace;

    Stage(Deployment deployment) {
        this.deployment = deployment;
        pace = Pace.of(clock, this::isBusy, deployment::keepUp);
        replica = started(Duration.ZERO);
        guard = started(Duration.ZERO).with(replica);
        third = started(Duration.ZERO);
        fourth = started(Duration.ZERO);
        fast = newGuard(Duration.ofSeconds(10));
        slow = newGuard(Duration.ofSeconds(-10));
        userRole("viewer", "read:report", "read:document");
        userRole("editor", "read:report", "write:report", "read:document", "write:document");
        userRole(RoleStories.APPROVER);
        directory.roles().insert(new Role(RoleStories.PATRON, RoleStories.PATRON, null, RoleType.User, false));
        role("reader agent", RoleType.MachineToMachine, "read:report", "read:document");
        role("writer agent", RoleType.MachineToMachine, "read:report", "write:report");
    }

    private boolean isBusy() {
        return guards.stream().anyMatch(Guard::isReading) || !deployment.isSettled();
    }

    void advance(Duration time) {
        pace.pass(time);
    }

    /** A new instance without facts. */
    Guard newGuard() {
        return newGuard(Duration.ZERO);
    }

    private Guard newGuard(Duration ahead) {
        Guard fresh = started(ahead);
        return deployment.isShared() ? fresh.with(started(ahead)) : fresh;
    }

    private Guard started(Duration ahead) {
        Guard fresh = Guard.of(box, clock, ahead, instance -> deployment.equip(instance, clock));
        guards.add(fresh);
        return fresh;
    }

    /** Whether all instances share one memory. */
    boolean isShared() {
        return deployment.isShared();
    }

    /** The number of memories of this number of instances. */
    int memories(int instances) {
        return isShared() ? 1 : instances;
    }

    /** The API for clients, which is served by these instances in turn. If the instances share, two serve instead of one. */
    Api inFront(Guard... serving) {
        return deployment.inFront(isShared() ? withCompanions(serving) : List.of(serving));
    }

    private static List<Guard> withCompanions(Guard... serving) {
        return Stream.of(serving).flatMap(Guard::withCompanion).distinct().toList();
    }

    Management management() {
        return new Management(box.endpoint());
    }

    /** Adds an organization role with scopes that exist. */
    void userRole(String name, String... scopes) {
        role(name, RoleType.User, scopes);
    }

    private void role(String name, RoleType type, String... scopes) {
        directory.organizationRoles().insert(new OrganizationRole(name, name, null, type));
        grant(name, scopes);
    }

    void grant(String role, String... scopes) {
        directory.organizationRoleScopes().add(role, organizationScopes(scopes));
        directory.organizationRoleResourceScopes().add(role, resourceScopes(scopes));
    }

    void takeFrom(String role, String... scopes) {
        organizationScopes(scopes)
                .forEach(id -> directory.organizationRoleScopes().remove(role, id));
        resourceScopes(scopes)
                .forEach(id -> directory.organizationRoleResourceScopes().remove(role, id));
    }

    @Override
    public void close() {
        guards.forEach(Stage::close);
        close(deployment);
        close(box);
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> organizationScopes(String... names) {
        return directory
                .organizationScopes()
                .where(scope -> Arrays.asList(names).contains(scope.name()))
                .stream()
                .map(scope -> scope.id())
                .toList();
    }

    private List<String> resourceScopes(String... names) {
        return directory.resourceScopes().where(scope -> Arrays.asList(names).contains(scope.name())).stream()
                .map(scope -> scope.id())
                .toList();
    }
}
