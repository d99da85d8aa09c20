package io.scopeguard.spring;

import static org.springframework.http.HttpStatus.NO_CONTENT;

import io.scopeguard.scope.ScopeRequirement.Match;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.spring.support.TenantServer;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** An API with one handler for each kind of requirement. Each responds "ok" when it is reached. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class GuardedApi {

    @RestController
    static class Handlers {

        @RequiresScopes("read:report")
        @GetMapping("/organizations/{organizationId}/reports")
        String reports() {
            return "ok";
        }

        @RequiresScopes(value = "delete:report", maxAge = "0s", whenUnknown = WhenUnknown.DENY)
        @DeleteMapping("/organizations/{organizationId}/reports/{id}")
        @ResponseStatus(NO_CONTENT)
        void delete(@PathVariable int id) {}

        @RequiresScopes({"read:report", "export:report"})
        @GetMapping("/organizations/{organizationId}/export")
        String export() {
            return "ok";
        }

        @RequiresScopes(
                value = {"write:report", "invite:member"},
                match = Match.ANY)
        @GetMapping("/organizations/{organizationId}/either")
        String either() {
            return "ok";
        }

        @RequiresScopes(value = "read:document", audience = TenantServer.RESOURCE)
        @GetMapping("/organizations/{organizationId}/documents")
        String documentsOfOrganization() {
            return "ok";
        }

        @RequiresScopes(value = "read:document", audience = TenantServer.RESOURCE)
        @GetMapping("/documents")
        String documents() {
            return "ok";
        }

        @RequiresScopes(value = "write:document", audience = TenantServer.RESOURCE)
        @GetMapping("/documents/write")
        String writeDocuments() {
            return "ok";
        }

        @RequiresScopes(value = "write:document", audience = TenantServer.RESOURCE)
        @GetMapping("/organizations/{organizationId}/documents/write")
        String writeDocumentsOfOrganization() {
            return "ok";
        }

        @GetMapping("/me")
        String me() {
            return "ok";
        }

        @GetMapping("/organizations/{organizationId}/anything")
        String anything() {
            return "ok";
        }

        @PublicEndpoint
        @GetMapping("/public")
        String open() {
            return "ok";
        }
    }
}
