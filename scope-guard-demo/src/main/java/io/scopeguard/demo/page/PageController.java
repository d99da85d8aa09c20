package io.scopeguard.demo.page;

import io.scopeguard.spring.PublicEndpoint;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * The page, its scripts and the browser package, served without a token, because a page is loaded before its user has signed in.
 */
@RestController
@PublicEndpoint
public class PageController {

    private static final MediaType SCRIPT = MediaType.parseMediaType("text/javascript;charset=UTF-8");
    private static final Map<String, MediaType> TYPES = Map.of(
            "html", MediaType.parseMediaType("text/html;charset=UTF-8"),
            "js", SCRIPT,
            "css", MediaType.parseMediaType("text/css;charset=UTF-8"),
            "svg", MediaType.parseMediaType("image/svg+xml"),
            "ts", MediaType.parseMediaType("text/plain;charset=UTF-8"));

    private final String policy;
    private final PageSettings settings;

    PageController(
            @Value("${scope-guard.logto.endpoint:}") String provider,
            @Value("${demo.api.audience:${scope-guard.resources:}}") String resource,
            @Value("${demo.page.client-id:demo-web}") String clientId) {
        this.settings = new PageSettings(provider, clientId, resource);
        this.policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' "
                + provider + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    /** The settings that the page needs before the sign-in. */
    record PageSettings(String provider, String clientId, String resource) {}

    @GetMapping("/")
    ResponseEntity<Resource> index() {
        return file("page/", "index.html");
    }

    @GetMapping("/page/settings")
    PageSettings settings() {
        return settings;
    }

    @GetMapping("/page/{name:[a-z-]+\\.(?:js|css|svg)}")
    ResponseEntity<Resource> page(@PathVariable String name) {
        return file("page/", name);
    }

    @GetMapping("/client/{name:[a-z0-9-]+\\.(?:js|d\\.ts)}")
    ResponseEntity<Resource> client(@PathVariable String name) {
        return file("client/", name);
    }

    private ResponseEntity<Resource> file(String folder, String name) {
        Resource file = new ClassPathResource(folder + name);
        if (!file.exists()) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND, "No such file");
        }
        return ResponseEntity.ok()
                .contentType(TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), SCRIPT))
                .cacheControl(CacheControl.noCache())
                .header("Content-Security-Policy", policy)
                .body(file);
    }
}
