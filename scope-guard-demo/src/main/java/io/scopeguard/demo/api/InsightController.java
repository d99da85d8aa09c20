package io.scopeguard.demo.api;

import io.scopeguard.spring.RequiresRole;
import io.scopeguard.spring.RequiresScopes;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** For paying users only: requires a role that users buy, in addition to the scopes of their organization. */
@RestController
public class InsightController {

    static final String ROLE = "paid-tier";

    private final Reports reports;

    InsightController(Reports reports) {
        this.reports = reports;
    }

    @GetMapping("/organizations/{organizationId}/insights")
    @RequiresScopes("read:report")
    @RequiresRole(ROLE)
    Map<String, Integer> of(@PathVariable String organizationId) {
        return Map.of("reports", reports.of(organizationId).size());
    }
}
