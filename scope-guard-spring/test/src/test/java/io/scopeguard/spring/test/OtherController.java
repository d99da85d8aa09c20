package io.scopeguard.spring.test;

import io.scopeguard.spring.PublicEndpoint;
import io.scopeguard.spring.RequiresScopes;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Handlers outside of organizations. */
@RestController
class OtherController {

    @GetMapping("/documents")
    @RequiresScopes(value = "read:document", audience = "https://api.example.com")
    String documents() {
        return "none";
    }

    @PublicEndpoint
    @GetMapping("/about")
    String about() {
        return "about";
    }
}
