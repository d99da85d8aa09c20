package io.scopeguard.spring.test;

import io.scopeguard.Decision;
import io.scopeguard.role.RoleKind;
import io.scopeguard.spring.RequiresRole;
import io.scopeguard.spring.RequiresScopes;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Handlers for the members of an organization. */
@RestController
@RequestMapping("/organizations/{organizationId}")
class ReportController {

    @GetMapping("/reports")
    @RequiresScopes("read:report")
    String read(@PathVariable String organizationId, Decision decision) {
        return organizationId + " for " + decision.token().subject().id();
    }

    @DeleteMapping("/reports/{id}")
    @RequiresScopes("delete:report")
    String delete(@PathVariable String id) {
        return id;
    }

    @GetMapping("/invitations")
    @RequiresScopes("invite:member")
    String invitations() {
        return "none";
    }

    @GetMapping("/bills")
    @RequiresRole(value = "treasurer", kind = RoleKind.ORGANIZATION)
    String bills() {
        return "none";
    }

    @GetMapping("/exports")
    @RequiresRole("paid-tier")
    String exports() {
        return "none";
    }
}
