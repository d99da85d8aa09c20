package io.scopeguard.demo.page;

import io.scopeguard.logtobox.LogtoBox;
import io.scopeguard.spring.PublicEndpoint;
import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClientResponseException;

/**
 * The operator's panel: changes the embedded provider's tenant as an administrator would. It exists only with the embedded
 * provider, and {@link LocalRequestsFilter} admits only requests of this page on this machine.
 */
@RestController
@RequestMapping(OperatorController.PATH)
@PublicEndpoint
@ConditionalOnBean(LogtoBox.class)
public class OperatorController {

    static final String PATH = "/operator";

    private final Operator operator;

    OperatorController(LogtoBox box) {
        this.operator = new Operator(box);
    }

    /** A member's new role. */
    record NewRole(String role) {}

    /** Whether a user is suspended. */
    record Suspension(boolean suspended) {}

    /** A scope to create and the organization role that receives it. */
    record NewScope(String name, String role) {}

    /** The Management API calls that an operation made, in order. */
    record Done(List<String> calls) {}

    @GetMapping("/tenant")
    Tenant tenant() {
        return Tenant.of(operator.directory());
    }

    @PutMapping("/organizations/{organization}/members/{user}")
    Done setRole(@PathVariable String organization, @PathVariable String user, @RequestBody NewRole role) {
        return new Done(operator.setRole(organization, user, role.role()));
    }

    @DeleteMapping("/organizations/{organization}/members/{user}")
    Done remove(@PathVariable String organization, @PathVariable String user) {
        return new Done(operator.remove(organization, user));
    }

    @PutMapping("/users/{user}/suspension")
    Done suspend(@PathVariable String user, @RequestBody Suspension suspension) {
        return new Done(operator.suspend(user, suspension.suspended()));
    }

    @PostMapping("/scopes")
    Done addScope(@RequestBody NewScope scope) {
        return new Done(operator.addScope(scope.name(), scope.role()));
    }

    @PostMapping("/reset")
    Done reset() {
        return new Done(operator.reset());
    }

    /** The provider refused the call, for example because of an unknown user. */
    @ExceptionHandler
    ResponseEntity<String> refused(RestClientResponseException refusal) {
        return ResponseEntity.status(HttpStatus.CONFLICT).body(refusal.getResponseBodyAsString());
    }
}
