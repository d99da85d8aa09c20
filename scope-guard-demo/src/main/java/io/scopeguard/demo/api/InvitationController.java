package io.scopeguard.demo.api;

import io.scopeguard.spring.RequiresScopes;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Invitations into an organization. No message is sent: this is a demo. */
@RestController
public class InvitationController {

    @PostMapping("/organizations/{organizationId}/invitations")
    @RequiresScopes("invite:member")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Invitation invite(@PathVariable String organizationId, @RequestBody Invitation invitation) {
        if (invitation.email() == null || !invitation.email().contains("@")) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "email: an address");
        }
        return invitation;
    }

    /** The user to invite. */
    record Invitation(@Nullable String email) {}
}
