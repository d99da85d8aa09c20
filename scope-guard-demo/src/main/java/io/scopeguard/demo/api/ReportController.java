package io.scopeguard.demo.api;

import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.spring.RequiresScopes;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Reports of an organization. Each operation declares the scopes that it needs. */
@RestController
@RequestMapping("/organizations/{organizationId}/reports")
public class ReportController {

    private final Reports reports;

    ReportController(Reports reports) {
        this.reports = reports;
    }

    @GetMapping
    @RequiresScopes("read:report")
    List<Report> list(@PathVariable String organizationId) {
        return reports.of(organizationId);
    }

    @PostMapping
    @RequiresScopes("write:report")
    @ResponseStatus(HttpStatus.CREATED)
    Report create(@PathVariable String organizationId, @RequestBody NewReport report) {
        if (report.title() == null || report.title().isBlank() || report.title().length() > 200) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "title: 1 to 200 characters");
        }
        return reports.add(organizationId, report.title());
    }

    /** An operation that cannot be undone requires current live permissions: without them, it is denied. */
    @DeleteMapping("/{id}")
    @RequiresScopes(value = "delete:report", maxAge = "0s", whenUnknown = WhenUnknown.DENY)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String organizationId, @PathVariable long id) {
        if (!reports.remove(organizationId, id)) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND, "no such report");
        }
    }

    /** Requires a scope that does not exist at first: create it at the provider, and watch the hints for clients. */
    @GetMapping(path = "/export", produces = MediaType.TEXT_PLAIN_VALUE)
    @RequiresScopes("export:report")
    String export(@PathVariable String organizationId) {
        return reports.of(organizationId).stream()
                .map(report -> report.id() + "\t" + report.title() + "\n")
                .collect(Collectors.joining());
    }
}
