package io.scopeguard.bench.app;

import io.scopeguard.spring.RequiresScopes;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** The handler of the service, which does almost nothing. */
@RestController
class ReportController {

    @GetMapping("/organizations/{organizationId}/reports")
    @RequiresScopes("read:report")
    List<Report> reports(@PathVariable String organizationId) {
        return List.of(new Report(1, organizationId, "Revenue"), new Report(2, organizationId, "Costs"));
    }

    record Report(int id, String organization, String title) {}
}
