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

/** The parts that all rows share: one provider, one clock, and the instances of the guarded API. */
final class Stage implements AutoCloseable {

    final MovableClock clock = MovableClock.atNoon();
    final LogtoBox box =
            LogtoBox.builder().port(0).clock(clock).rolesInAccessTokens().start();
    final Directory directory = box.directory();
    final Http provider = new Http(box.endpoint());
    private final List<Guard> guards = new CopyOnWriteArrayList<>();
    final Guard guard = newGuard();
    final Guard replica = newGuard();
    final Guard third = newGuard();
    final Guard fourth = newGuard();
    final Guard fast = newGuard(Duration.ofSeconds(10));
    final Guard slow = newGuard(Duration.ofSeconds(-10));

    Stage() {
        userRole("viewer", "read:report", "read:document");
        userRole("editor", "read:report", "write:report", "read:document", "write:document");
        userRole(RoleStories.APPROVER);
        directory.roles().insert(new Role(RoleStories.PATRON, RoleStories.PATRON, null, RoleType.User, false));
        role("reader agent", RoleType.MachineToMachine, "read:report", "read:document");
        role("writer agent", RoleType.MachineToMachine, "read:report", "write:report");
    }

    /** The time of this stage, for clients. */
    final Pace pace = Pace.of(clock, () -> guards.stream().anyMatch(Guard::isReading));

    void advance(Duration time) {
        pace.pass(time);
    }

    /** An instance that knows nothing yet. */
    Guard newGuard() {
        return newGuard(Duration.ZERO);
    }

    private Guard newGuard(Duration ahead) {
        Guard guard = Guard.of(box, clock, ahead);
        guards.add(guard);
        return guard;
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
