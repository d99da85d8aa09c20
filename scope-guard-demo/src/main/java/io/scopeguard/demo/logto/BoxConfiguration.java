package io.scopeguard.demo.logto;

import io.scopeguard.demo.logto.directory.Directory;
import io.scopeguard.demo.logto.interaction.Pages;
import io.scopeguard.demo.logto.interaction.PasswordSignIn;
import io.scopeguard.demo.logto.interaction.Sessions;
import io.scopeguard.demo.logto.oidc.OidcConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration;
import org.springframework.boot.servlet.autoconfigure.HttpEncodingAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;

/** The box's own application context: a web server and what is named here, nothing that is merely on the class path. */
@ImportAutoConfiguration({
    TomcatServletWebServerAutoConfiguration.class,
    DispatcherServletAutoConfiguration.class,
    WebMvcAutoConfiguration.class,
    HttpMessageConvertersAutoConfiguration.class,
    HttpEncodingAutoConfiguration.class,
    SecurityFilterAutoConfiguration.class
})
@Import(OidcConfiguration.class)
class BoxConfiguration {

    @Bean
    Sessions sessions(Directory directory) {
        return new Sessions(directory);
    }

    @Bean
    PasswordSignIn passwordSignIn(Directory directory, Sessions sessions) {
        return new PasswordSignIn(directory, sessions, (user, application, session, agent) -> {});
    }

    @Bean
    RouterFunction<ServerResponse> pages(Directory directory) {
        return new Pages(directory).routes();
    }
}
