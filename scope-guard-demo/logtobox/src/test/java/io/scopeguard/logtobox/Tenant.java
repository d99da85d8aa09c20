package io.scopeguard.logtobox;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.Organization;
import io.scopeguard.logtobox.directory.User;
import java.util.concurrent.atomic.AtomicInteger;

/** Creates organizations and users for one test, so that tests can share a box. */
final class Tenant {

    private static final AtomicInteger COUNTER = new AtomicInteger();

    private final Directory directory;

    Tenant(LogtoBox box) {
        this.directory = box.directory();
    }

    String organization() {
        String id = "org" + COUNTER.incrementAndGet();
        return directory
                .organizations()
                .insert(Organization.named(id, id, null, directory.now()))
                .id();
    }

    String user() {
        String id = "user" + COUNTER.incrementAndGet();
        return directory
                .users()
                .insert(User.named(id, id, id + "@example.test", id, "demo", directory.now()))
                .id();
    }

    String member(String organization, String... roles) {
        String user = user();
        directory.addMember(organization, user);
        directory.setRoles(organization, user, roles);
        return user;
    }

    String freshScopeName(String verb) {
        return verb + COUNTER.incrementAndGet() + ":report";
    }
}
