package io.scopeguard.zoo;

import io.scopeguard.spring.authorization.ScopeChecker;
import org.springframework.context.annotation.Bean;
import org.springframework.messaging.Message;
import org.springframework.messaging.simp.SimpMessageType;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.messaging.access.intercept.MessageMatcherDelegatingAuthorizationManager;

/** The rules for subscriptions in the documentation, compiled. {@link StompTests} runs such rules. */
final class StompRecipe {

    @Bean
    AuthorizationManager<Message<?>> messageAuthorizationManager(
            MessageMatcherDelegatingAuthorizationManager.Builder messages, ScopeChecker scopeGuard) {
        return messages.simpSubscribeDestMatchers("/topic/{organization}/news")
                .access((caller, context) ->
                        scopeGuard.has(context.getVariables().get("organization"), "read:report"))
                .simpSubscribeDestMatchers("/topic/holidays", "/user/queue/answers")
                .authenticated()
                .simpTypeMatchers(SimpMessageType.SUBSCRIBE)
                .denyAll()
                .anyMessage()
                .authenticated()
                .build();
    }
}
