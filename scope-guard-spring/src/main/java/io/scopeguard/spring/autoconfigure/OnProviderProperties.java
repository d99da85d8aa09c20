package io.scopeguard.spring.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Matches if any property of a provider is set: then the required properties are checked. */
abstract class OnProviderProperties extends SpringBootCondition {

    private final String prefix;

    /**
     * @param prefix of all properties of the provider, without a dot at its end
     */
    OnProviderProperties(String prefix) {
        this.prefix = prefix;
    }

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        boolean isSet = Binder.get(context.getEnvironment())
                .bind(prefix, Bindable.mapOf(String.class, Object.class))
                .isBound();
        ConditionMessage.Builder message = ConditionMessage.forCondition("identity provider");
        return isSet
                ? ConditionOutcome.match(message.found("properties").items(prefix))
                : ConditionOutcome.noMatch(message.didNotFind("properties").items(prefix));
    }
}
