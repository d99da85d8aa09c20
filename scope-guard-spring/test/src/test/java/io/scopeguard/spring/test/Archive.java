package io.scopeguard.spring.test;

import io.scopeguard.spring.RequiresScopes;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.stereotype.Service;

/** A service that requires scopes itself. */
@Service
class Archive {

    @RequiresScopes(value = "delete:report", organization = "#organization")
    String wipe(String organization) throws AccessDeniedException {
        return organization;
    }
}
