package io.scopeguard.demo.convergence;

import io.scopeguard.logtobox.Browser;
import io.scopeguard.role.RoleKind;
import io.scopeguard.scope.ScopeRequirement.Match;
import io.scopeguard.spring.RequiresRole;
import io.scopeguard.spring.RequiresScopes;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A guarded API with one operation for readers, and more for writers. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class ReportApi {

    @RestController
    @RequiresScopes("read:report")
    static class Reports {

        @GetMapping("/organizations/{organizationId}/reports")
        String read() {
            return "ok";
        }

        /** Decided by permissions that are read for this request. */
        @GetMapping("/organizations/{organizationId}/reports/now")
        @RequiresScopes(value = "read:report", maxAge = "0s")
        String readNow() {
            return "ok";
        }

        @GetMapping("/organizations/{organizationId}/reports/draft")
        @RequiresScopes("write:report")
        String write() {
            return "ok";
        }

        /** Scopes that are created or deleted while the tests run: each in one row, because the guard remembers names. */
        @GetMapping("/organizations/{organizationId}/reports/extra")
        @RequiresScopes(
                value = {
                    "archive:report",
                    "comment:report",
                    "export:report",
                    "invite:member",
                    "pin:report",
                    "plan:report",
                    "print:report",
                    "quote:report",
                    "rate:report",
                    "redact:report",
                    "sequel:report",
                    "seal:report",
                    "share:report",
                    "sign:report",
                    "stamp:report",
                    "translate:report"
                },
                match = Match.ANY)
        String extra() {
            return "ok";
        }
    }

    @RestController
    static class OfRoles {

        @GetMapping("/organizations/{organizationId}/approvals")
        @RequiresRole(value = RoleStories.APPROVER, kind = RoleKind.ORGANIZATION)
        String approve() {
            return "ok";
        }

        @GetMapping("/organizations/{organizationId}/favours")
        @RequiresRole(RoleStories.PATRON)
        String favour() {
            return "ok";
        }
    }

    @RestController
    static class Documents {

        @GetMapping("/organizations/{organizationId}/documents")
        @RequiresScopes(value = "read:document", audience = Browser.API)
        String ofOrganization() {
            return "ok";
        }

        @GetMapping("/organizations/{organizationId}/documents/draft")
        @RequiresScopes(value = "write:document", audience = Browser.API)
        String writeOfOrganization() {
            return "ok";
        }

        @GetMapping("/organizations/{organizationId}/documents/signature")
        @RequiresScopes(value = "sign:document", audience = Browser.API)
        String sign() {
            return "ok";
        }

        @GetMapping("/documents")
        @RequiresScopes(value = "read:document", audience = Browser.API)
        String ofAll() {
            return "ok";
        }
    }
}
