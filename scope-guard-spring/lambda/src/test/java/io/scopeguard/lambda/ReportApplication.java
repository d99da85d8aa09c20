package io.scopeguard.lambda;

import io.scopeguard.spring.PublicEndpoint;
import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.CrossOrigin;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** An ordinary application. The test moves its clock. */
@SpringBootConfiguration
@EnableAutoConfiguration
@RestController
@CrossOrigin("https://app.example.com")
class ReportApplication {

    static final MovableClock clock = MovableClock.atNoon();

    @Bean
    Clock scopeGuardClock() {
        return clock;
    }

    @Bean
    SteadyClock scopeGuardSteadyClock() {
        return clock.steady();
    }

    @GetMapping("/organizations/{organizationId}/reports")
    @RequiresScopes("read:report")
    Map<String, Object> reports(@PathVariable String organizationId, @RequestParam List<String> tag) {
        return Map.of("organization", organizationId, "tags", tag);
    }

    @DeleteMapping("/organizations/{organizationId}/reports/{id}")
    @RequiresScopes("delete:report")
    Map<String, String> delete(@PathVariable String id) {
        return Map.of("deleted", id);
    }

    @GetMapping("/status")
    @PublicEndpoint
    Map<String, String> status() {
        return Map.of("status", "up");
    }
}
