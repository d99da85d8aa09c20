package io.scopeguard.zoo;

import io.scopeguard.spring.RequiresScopes;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;

/** The handlers of the zoo's second servlet, whose context is below the application's. */
@Configuration(proxyBeanMethods = false)
@EnableWebMvc
class SecondServlet {

    @RestController
    static class Zebra {

        @RequiresScopes("read:report")
        @GetMapping(Zoo.IN_ORGANIZATION + "/zebra")
        String zebra() {
            return "zebra";
        }

        @GetMapping("/open/zebra")
        String unannotated() {
            return "zebra";
        }
    }
}
