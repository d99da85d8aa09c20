package io.scopeguard.demo.api;

import io.scopeguard.spring.Public;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The module for browsers and its types. A page loads them before anybody has signed in. */
@RestController
@Public
public class BrowserModuleController {

    @GetMapping(path = "/scope-guard.js", produces = "text/javascript;charset=UTF-8")
    Resource module() {
        return new ClassPathResource("static/scope-guard.js");
    }

    @GetMapping(path = "/scope-guard.d.ts", produces = MediaType.TEXT_PLAIN_VALUE + ";charset=UTF-8")
    Resource types() {
        return new ClassPathResource("static/scope-guard.d.ts");
    }
}
