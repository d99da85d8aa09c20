package io.scopeguard.demo.api;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.stereotype.Component;

/** The reports of all organizations, in memory: the newest hundred of each. */
@Component
class Reports {

    private static final int MOST = 100;

    private final AtomicLong lastId = new AtomicLong();
    private final Map<String, ConcurrentLinkedDeque<Report>> byOrganization = new ConcurrentHashMap<>();

    List<Report> of(String organization) {
        return List.copyOf(byOrganization.getOrDefault(organization, new ConcurrentLinkedDeque<>()));
    }

    Report add(String organization, String title) {
        Report report = new Report(lastId.incrementAndGet(), title);
        ConcurrentLinkedDeque<Report> reports =
                byOrganization.computeIfAbsent(organization, id -> new ConcurrentLinkedDeque<>());
        reports.addLast(report);
        if (reports.size() > MOST) {
            reports.pollFirst();
        }
        return report;
    }

    boolean remove(String organization, long id) {
        ConcurrentLinkedDeque<Report> reports = byOrganization.get(organization);
        return reports != null && reports.removeIf(report -> report.id() == id);
    }
}
