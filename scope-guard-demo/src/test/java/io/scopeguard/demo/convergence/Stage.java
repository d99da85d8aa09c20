package io.scopeguard.demo.convergence;

import io.scopeguard.demo.logto.Http;
import io.scopeguard.demo.logto.LogtoBox;
import io.scopeguard.demo.logto.Management;
import io.scopeguard.demo.logto.MovableClock;
import io.scopeguard.demo.logto.directory.Directory;
import io.scopeguard.demo.logto.directory.OrganizationRole;
import io.scopeguard.demo.logto.directory.RoleType;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What all rows share: one provider, one time, and the instances of the guarded API. */
final class Stage implements AutoCloseable {

    final MovableClock clock = new MovableClock();
    final LogtoBox box = LogtoBox.builder().port(0).clock(clock).start();
    final Directory directory = box.directory();
    final Http provider = new Http(box.endpoint());
    final Guard guard = Guard.of(box, clock);
    final Guard replica = Guard.of(box, clock);
    final Guard third = Guard.of(box, clock);
    final Guard fourth = Guard.of(box, clock);
    final Guard fast = Guard.of(box, clock, Duration.ofSeconds(10));
    final Guard slow = Guard.of(box, clock, Duration.ofSeconds(-10));

    Stage() {
        userRole("viewer", "read:report", "read:document");
        userRole("editor", "read:report", "write:report", "read:document", "write:document");
        role("reader agent", RoleType.MachineToMachine, "read:report", "read:document");
        role("writer agent", RoleType.MachineToMachine, "read:report", "write:report");
    }

    /** Moves the clock on, when all that began before it has ended. */
    void advance(Duration time) {
        BackgroundReads.await();
        clock.advance(time);
    }

    /** An instance that knows nothing yet. */
    Guard newGuard() {
        return Guard.of(box, clock);
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
        Stream.of(guard, replica, third, fourth, fast, slow, box).forEach(Stage::close);
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
