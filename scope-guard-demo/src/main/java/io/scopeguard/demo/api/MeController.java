package io.scopeguard.demo.api;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.ScopeGuard;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.RoleRequirement;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Shows the guard's view of the presented token. Any valid token may be used. */
@RestController
public class MeController {

    private static final RoleRequirement PAID = RoleRequirement.allOf(RoleKind.GLOBAL, InsightController.ROLE);

    private final ScopeGuard guard;

    MeController(ScopeGuard guard) {
        this.guard = guard;
    }

    @GetMapping("/me")
    Standing me(Decision decision) {
        return Standing.of(decision, holdsRole(decision) ? List.of(InsightController.ROLE) : List.of());
    }

    /** Asks for a decision about a request that requires roles, because roles are read only for such requests. */
    private boolean holdsRole(Decision decision) {
        AccessRequest request = new AccessRequest(decision.request().organization(), null, PAID);
        return guard.authorize(decision.token(), request).isGranted();
    }
}
