package io.scopeguard.demo.api;

import io.scopeguard.Decision;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Shows what the guard knows about the presented token. Any valid token will do. */
@RestController
public class MeController {

    @GetMapping("/me")
    Standing me(Decision decision) {
        return Standing.of(decision);
    }
}
