package io.scopeguard.spring.attack;

import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.spring.Public;
import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.spring.support.TenantServer;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** The API under attack. Whoever reads "reached" was let in. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class AttackedApi {

    static final String REACHED = "reached";

    @RestController
    static class Handlers {

        @RequiresScopes("read:report")
        @GetMapping("/organizations/{organizationId}/reports")
        String reports(@PathVariable String organizationId) {
            return REACHED + " " + organizationId;
        }

        @RequiresScopes(value = "delete:report", whenUnknown = WhenUnknown.DENY)
        @DeleteMapping("/organizations/{organizationId}/reports/{id}")
        String delete(@PathVariable String id) {
            return REACHED;
        }

        @RequiresScopes(value = "read:document", audience = TenantServer.RESOURCE)
        @GetMapping("/organizations/{organizationId}/documents")
        String documents() {
            return REACHED;
        }

        @RequiresScopes(value = "read:document", audience = TenantServer.RESOURCE)
        @GetMapping("/documents")
        String globalDocuments() {
            return REACHED;
        }

        @GetMapping("/me")
        String me() {
            return REACHED;
        }

        @PostMapping("/me")
        String post(@RequestBody(required = false) String body) {
            return REACHED;
        }

        @Public
        @GetMapping("/public")
        String open() {
            return REACHED;
        }
    }
}
