package io.scopeguard.keycloak;

import io.scopeguard.keycloak.AdminEvent.NewRole;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.ChangeFeed;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionChange.OfEverything;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.provider.http.Json;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports changes by polling the realm's admin events: one poll for all users. Polling only shortens the time until a change is
 * noticed; facts expire by age in any case.
 *
 * <p>Each poll starts 10 s before the last known event, because an event is dated before its transaction ends. If the last known
 * event was deleted, others may have been deleted as well: then everything counts as changed. All times are by Keycloak's clock.
 *
 * <p>Thread-safe. Close it to stop its thread.
 */
final class AdminEvents implements ChangeFeed {

    private static final Logger log = LoggerFactory.getLogger(AdminEvents.class);

    private static final Duration OVERLAP = Duration.ofSeconds(10);

    /** If a poll returns more pages, everything counts as changed. */
    private static final int MAX_PAGES = 20;

    private static final String TYPES =
            AdminEvent.TYPES.stream().map(type -> "&resourceTypes=" + type).collect(Collectors.joining());

    private final AdminApi api;
    private final Organizations organizations;
    private final List<ApiClient> clients;
    private final ScopeCatalogue catalogue;
    private final SharedReads shared;
    private final SteadyClock clock;
    private final Consumer<PermissionChange> changes;
    private final ScheduledExecutorService executor;

    /** The position after the last poll; {@code null} before the first poll. Used by the polling thread only. */
    private @Nullable Cursor cursor;

    AdminEvents(
            AdminApi api,
            Organizations organizations,
            List<ApiClient> clients,
            ScopeCatalogue catalogue,
            SharedReads shared,
            SteadyClock clock,
            Consumer<PermissionChange> changes) {
        this.api = api;
        this.organizations = organizations;
        this.clients = clients;
        this.catalogue = catalogue;
        this.shared = shared;
        this.clock = clock;
        this.changes = changes;
        this.executor = Executors.newSingleThreadScheduledExecutor(AdminEvents::thread);
    }

    /**
     * The position after a poll.
     *
     * @param last the newest event, or {@code null} if there were no events
     * @param from the earliest time of events that the next poll requests, in milliseconds since 1970
     * @param seen the ids of the events that the next poll returns again
     */
    private record Cursor(@Nullable AdminEvent last, long from, Set<String> seen) {

        static final Cursor START = new Cursor(null, 0, Set.of());

        boolean isMissingFrom(List<AdminEvent> events) {
            return last != null && events.stream().noneMatch(event -> event.id().equals(last.id()));
        }

        Cursor movedTo(List<AdminEvent> events) {
            AdminEvent newest = last;
            for (AdminEvent event : events) {
                newest = newest == null || event.time() >= newest.time() ? event : newest;
            }
            long again = newest == null ? 0 : Math.max(newest.time() - OVERLAP.toMillis(), 0);
            return new Cursor(
                    newest,
                    again,
                    events.stream()
                            .filter(event -> event.time() >= again)
                            .map(AdminEvent::id)
                            .collect(Collectors.toSet()));
        }

        /** The same position without the overlap, for an overlap that contains too many events. */
        Cursor withoutOverlap() {
            return last == null ? this : new Cursor(last, last.time(), Set.of(last.id()));
        }
    }

    /**
     * Starts polling.
     *
     * @param interval between the end of a poll and the next
     */
    @Override
    public void start(Duration interval) {
        var unused = executor.scheduleWithFixedDelay(this::poll, 0, interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    /**
     * Polls once, on this thread. A failed poll changes nothing: the next poll requests the same events.
     *
     * @return whether Keycloak answered
     */
    boolean poll() {
        try {
            Cursor known = cursor;
            cursor = known == null ? newest() : next(known);
            return true;
        } catch (PermissionsUnavailableException | SettingRefusedException e) {
            // Already logged by the outage log.
            return false;
        } catch (RuntimeException | Error e) {
            // An exception would end all further polls.
            log.warn("A poll of admin events failed unexpectedly; the next poll requests the same events", e);
            return false;
        }
    }

    /** Starts at the newest event: events before the first poll are not relevant. */
    private Cursor newest() {
        Cursor newest = Cursor.START.movedTo(read("?max=1&direction=desc"));
        List<AdminEvent> before = new ArrayList<>();
        return addAll(before, newest.from()) ? Cursor.START.movedTo(before) : newest.withoutOverlap();
    }

    private Cursor next(Cursor known) {
        List<AdminEvent> events = new ArrayList<>();
        boolean isComplete = addAll(events, known.from());
        if (!isComplete || known.isMissingFrom(events)) {
            Cursor newest = newest();
            report(Set.of(new OfEverything()));
            return newest;
        }
        List<AdminEvent> unseen = events.stream()
                .filter(event -> !known.seen().contains(event.id()))
                .toList();
        unseen.forEach(this::noteNewRole);
        report(unseen.stream()
                .flatMap(event -> event.changes(organizations::identifierOf))
                .collect(Collectors.toCollection(LinkedHashSet::new)));
        return known.movedTo(events);
    }

    /** Whether all events since a time were read. */
    private boolean addAll(List<AdminEvent> events, long from) {
        for (int number = 0; number < MAX_PAGES; number++) {
            int first = number * AdminApi.PAGE_SIZE;
            List<AdminEvent> page =
                    read("?dateFrom=" + from + "&first=" + first + "&max=" + AdminApi.PAGE_SIZE + "&direction=asc");
            events.addAll(page);
            if (page.size() < AdminApi.PAGE_SIZE) {
                return true;
            }
        }
        return false;
    }

    private List<AdminEvent> read(String query) {
        return api.get(
                        AdminRead.ADMIN_EVENTS,
                        "/admin-events" + query + TYPES,
                        CallContext.BACKGROUND,
                        list -> Json.items(list, AdminEvent::of))
                .orElseThrow(Json::malformed);
    }

    private void report(Set<PermissionChange> found) {
        if (found.isEmpty()) {
            return;
        }
        shared.changed();
        if (found.contains(new OfEverything())) {
            changes.accept(new OfEverything());
        } else {
            found.forEach(changes);
        }
    }

    private void noteNewRole(AdminEvent event) {
        NewRole role = event.newRole();
        if (role != null) {
            clients.stream()
                    .filter(client -> client.hasId(role.clientId()))
                    .forEach(client -> catalogue.created(client.audience(), role.name(), clock.nanos()));
        }
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "scope-guard-admin-events");
        thread.setDaemon(true);
        return thread;
    }
}
