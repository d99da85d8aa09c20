package io.scopeguard.bench.soak;

import io.scopeguard.bench.live.tenant.Tenant;
import io.scopeguard.scope.Audience;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Changes that affect many users at once: roles assigned and removed, split and joined, edited definitions, removed members. */
final class MassChanges {

    private static final int REMOVED = 8;

    /** So many members are removed that the loss is believed a minute later. Therefore, this happens in every other round only. */
    private static final int ROUNDS_BETWEEN_REMOVALS = 2;

    private final Provider provider;
    private final Population population;
    private final Doubts doubts;
    private final AtomicInteger made = new AtomicInteger();
    private final List<Runnable> round = List.of(
            this::takeEditors,
            this::beginSplit,
            this::exchangeGlobalRole,
            this::endSplit,
            this::takeDocuments,
            this::giveEditors,
            this::takeGlobalRoles,
            this::beginJoin,
            this::removeMembers,
            this::giveDocuments,
            this::endJoin,
            this::giveGlobalRoles);

    /**
     * @param doubts records removals that are too many to be believed at once
     */
    MassChanges(Provider provider, Population population, Doubts doubts) {
        this.provider = provider;
        this.population = population;
        this.doubts = doubts;
    }

    /** Makes the next change of the round. */
    void next() {
        round.get(made.getAndIncrement() % round.size()).run();
    }

    int made() {
        return made.get();
    }

    private Tenant tenant() {
        return provider.tenant();
    }

    private String organization() {
        return Population.organization(made.get() / round.size());
    }

    private void takeEditors() {
        changeMembers(user -> take(user, Population.EDITOR));
    }

    private void giveEditors() {
        changeMembers(user -> give(user, Population.EDITOR));
    }

    private void take(String user, String role) {
        tenant().takeRole(population.organizationOf(user), user, role);
    }

    private void give(String user, String role) {
        tenant().giveRole(population.organizationOf(user), user, role);
    }

    // A scope moves from one role to another that was assigned to its holders before, so the scope is never lost.

    private void beginSplit() {
        move(Population.EDITOR, Population.WRITER);
    }

    private void endSplit() {
        tenant().change(() -> tenant().removeScopes(Population.EDITOR, Audience.ORGANIZATION, Set.of(SoakApi.WRITE)));
    }

    private void beginJoin() {
        move(Population.WRITER, Population.EDITOR);
    }

    private void endJoin() {
        tenant().change(() -> {
            tenant().removeScopes(Population.WRITER, Audience.ORGANIZATION, Set.of(SoakApi.WRITE));
            List.copyOf(tenant().holdersOf(Population.WRITER))
                    .forEach(holder -> take(holder.getKey(), Population.WRITER));
        });
    }

    private void move(String from, String to) {
        tenant().change(() -> {
            tenant().addScopes(to, Audience.ORGANIZATION, Set.of(SoakApi.WRITE));
            List.copyOf(tenant().holdersOf(from)).forEach(holder -> give(holder.getKey(), to));
        });
    }

    // Definitions

    private void takeDocuments() {
        tenant().change(() -> tenant().removeScopes(Population.EDITOR, Population.API, Set.of(SoakApi.DOCUMENT)));
    }

    private void giveDocuments() {
        tenant().change(() -> tenant().addScopes(Population.EDITOR, Population.API, Set.of(SoakApi.DOCUMENT)));
    }

    // Global roles

    /** One global role replaces another that grants the same, so nothing is lost. */
    private void exchangeGlobalRole() {
        tenant().change(() -> population.unsteady().stream()
                .filter(user -> tenant().holdsGlobalRole(user, Population.AUDITOR))
                .forEach(user -> {
                    tenant().giveGlobalRole(user, Population.INSPECTOR);
                    tenant().takeGlobalRole(user, Population.AUDITOR);
                }));
    }

    private void takeGlobalRoles() {
        tenant().change(() -> Population.GLOBAL_ROLES.forEach(role -> population.unsteady().stream()
                .skip(population.unsteady().size() / 4)
                .forEach(user -> tenant().takeGlobalRole(user, role))));
    }

    private void giveGlobalRoles() {
        tenant().change(() -> Population.GLOBAL_ROLES.forEach(
                role -> population.unsteady().forEach(user -> tenant().giveGlobalRole(user, role))));
    }

    // Members

    /** Removes so many members of one organization at once that the loss is doubted. They return one by one. */
    private void removeMembers() {
        if (made.get() / round.size() % ROUNDS_BETWEEN_REMOVALS == 0) {
            doubts.begin(organization());
            tenant().change(() -> population.changingMembers(organization()).stream()
                    .limit(REMOVED)
                    .forEach(population::remove));
        }
    }

    private void changeMembers(Consumer<String> change) {
        tenant().change(() -> population.changingMembers(organization()).forEach(change));
    }
}
