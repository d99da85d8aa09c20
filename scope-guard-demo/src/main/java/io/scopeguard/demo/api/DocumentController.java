package io.scopeguard.demo.api;

import io.scopeguard.spring.RequiresScopes;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * Documents of the API resource, inside and outside of organizations. The scope has the same name, but the tokens differ: a role in
 * an organization does not open the documents outside of organizations.
 */
@RestController
public class DocumentController {

    private static final String RESOURCE = "${demo.api.audience:${scope-guard.resources}}";

    @GetMapping("/organizations/{organizationId}/documents")
    @RequiresScopes(value = "read:document", audience = RESOURCE)
    List<String> ofOrganization(@PathVariable String organizationId) {
        return List.of("Articles of " + organizationId);
    }

    @GetMapping("/documents")
    @RequiresScopes(value = "read:document", audience = RESOURCE)
    List<String> ofAll() {
        return List.of("Terms of service");
    }
}
