package io.scopeguard.bench.soak;

import io.scopeguard.bench.live.tenant.Tenant;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** The disturbances during the run. Each method runs on its own thread until it is interrupted. */
final class Disturbances {

    private static final Duration BETWEEN_CHANGES = Duration.ofMillis(700);
    private static final Duration BETWEEN_MASS_CHANGES = Duration.ofSeconds(5);
    private static final Duration BETWEEN_ROTATIONS = Duration.ofSeconds(30);

    /** A process fetches unknown keys at most once in 10 s, so a provider announces keys before it signs with them. */
    private static final Duration ANNOUNCEMENT = Duration.ofSeconds(15);

    /** So few that the loss of their standing is not a mass loss. The loss is permanent. */
    private static final int MAX_SUSPENDED = 5;

    private final SplittableRandom random = new SplittableRandom();
    private final Deliveries deliveries;
    private final Provider provider;
    private final Population population;
    private final MassChanges massChanges;
    private final Storms storms;
    private final Set<String> suspended = new HashSet<>();
    private final AtomicInteger changes = new AtomicInteger();
    private final AtomicInteger rotations = new AtomicInteger();

    Disturbances(String origin, Provider provider, Population population, Troubles troubles, Doubts doubts) {
        this.deliveries = new Deliveries(origin);
        this.provider = provider;
        this.population = population;
        this.massChanges = new MassChanges(provider, population, doubts);
        this.storms = new Storms(provider, massChanges, troubles);
    }

    /** All disturbances, each for one thread. */
    List<Disturbance> all() {
        return List.of(this::changeSingleUsers, this::changeManyAtOnce, storms::rage, this::rotateKeys);
    }

    private void changeSingleUsers() throws InterruptedException {
        while (true) {
            Thread.sleep(BETWEEN_CHANGES.toMillis());
            String user = any(population.unsteady());
            int kind = random.nextInt(100);
            provider.tenant().change(() -> change(user, kind));
            changes.incrementAndGet();
            if (random.nextBoolean()) {
                deliveries.send(population.organizationOf(user), random.nextInt(5) == 0 ? null : user);
            }
        }
    }

    private void changeManyAtOnce() throws InterruptedException {
        while (true) {
            Thread.sleep(BETWEEN_MASS_CHANGES.toMillis());
            massChanges.next();
            if (random.nextBoolean()) {
                deliveries.send(Population.organization(random.nextInt(100)), null);
            }
        }
    }

    private void rotateKeys() throws InterruptedException {
        while (true) {
            Thread.sleep(BETWEEN_ROTATIONS.toMillis());
            provider.announceKey();
            Thread.sleep(ANNOUNCEMENT.toMillis());
            provider.useAnnouncedKey();
            rotations.incrementAndGet();
        }
    }

    @Override
    public String toString() {
        return changes + " changes of single users, " + massChanges.made() + " of many at once, "
                + deliveries.delivered() + " webhooks, " + storms.passed() + " storms of three troubles, " + rotations
                + " key rotations";
    }

    private void change(String user, int kind) {
        Tenant tenant = provider.tenant();
        if (population.restore(user)) {
            return;
        }
        if (kind < 2 && suspended.size() < MAX_SUSPENDED && suspended.add(user)) {
            tenant.suspend(user);
        } else if (kind < 10) {
            population.remove(user);
        } else if (kind < 40) {
            toggleGlobalRole(user, any(Population.GLOBAL_ROLES));
        } else {
            toggleRole(
                    population.organizationOf(user),
                    user,
                    random.nextBoolean() ? Population.EDITOR : Population.WRITER);
        }
    }

    private void toggleRole(String organization, String user, String role) {
        if (random.nextBoolean()) {
            provider.tenant().takeRole(organization, user, role);
        } else {
            provider.tenant().giveRole(organization, user, role);
        }
    }

    private void toggleGlobalRole(String user, String role) {
        if (random.nextBoolean()) {
            provider.tenant().takeGlobalRole(user, role);
        } else {
            provider.tenant().giveGlobalRole(user, role);
        }
    }

    private String any(List<String> names) {
        return names.get(random.nextInt(names.size()));
    }

    /** A disturbance that continues until its thread is interrupted. */
    interface Disturbance {

        void run() throws InterruptedException;
    }
}
