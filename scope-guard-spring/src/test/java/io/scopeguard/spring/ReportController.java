package io.scopeguard.spring;

import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

@RestController
class ReportController {

    @GetMapping("/organizations/{organizationId}/reports")
    @RequiresScopes("read:report")
    List<String> reports(@PathVariable String organizationId) {
        return List.of("Report of " + organizationId);
    }
}
