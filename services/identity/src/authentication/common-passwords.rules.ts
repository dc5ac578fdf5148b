/*
 * Common passwords, from the list of @zxcvbn-ts/language-common 4.1.3 (MIT, Copyright (c) Dan Wheeler and Dropbox, and
 * the authors of zxcvbn-ts): those that are long enough to be accepted here, and words that most others are made of.
 */
const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Of twelve characters or more. */
export const COMMON_PASSWORDS = words(`
010203040506 012345678910 014702580369 01telemike01 050605rostik 102030405060 1111111111zz 111222333000
111222333444555 112233445566 122333444455555 123123qweqwe 123321123321 123321456654 123321qweewq 123456654321
12345677654321 123456782000 1234567887654321 123456789000 12345678900987654321 123456789012 1234567890987654321
1234567890qaz 1234567890qw 1234567890qwe 1234567890qwerty 1234567890zzz 123456789101 123456789123 1234567892000
12345678987654321 123456789987654321 123456789aaa 123456789abc 123456789asd 123456789qaz 123456789qqq 123456789qwe
123456789qwer 123456789qwerty 123456789zxc 1234567qwertyu 123456qwerty 123456zxcvbn 1234qwerasdf 1234qwerasdfzxcv
123ewqasdcxz 123qwe123qwe 123qwe456rty 123qweasdzxc 123qwerty123 12qw34er56ty 159753159753 159753456852 193570356033
19960610ilja 1a2a3a4a5a6a 1a2s3d4f5g6h 1q2w3e4r5t6y 1qa2ws3ed4rf 1qa2ws3ed4rf5tg 1qaz2wsx3edc 1qaz2wsx3edc4rfv
1qazxsw23edc 1qazxsw23edcvfr4 23176djivanfros 23wkoa0fp78dk 31217221027711 32615948worms 41d8cd98f00b
420842084208555 4815162342lf 4815162342lost 541233432442 59382113kevinp 6215mila6215 742617000027 89063032220m
89231243658s 89876065093rax 89semtsriuty a1s2d3f4g5h6 abc123456789 admin18533362 administrator aksjdlasdakj89879
alpha135792468 amadeusptfcor an83546921an13 andrewjackie antananarivu anytimetoday asd123asd123 asdfgh123456
asdfghjkl123 auckland2010 avrillavigne badiman28200 bhrh0h2oof6xbqjeh blacksonblon bltynbabrfwbz boy4u2ownnyc
bpgjldsgjldthnf bullnuts2003 businessbabe cheeseburger chesterfield chickenwing101 christopher1 civilization
cjdthitycndj cnfc35762209 combat123654 configuratio construction contortionist corperfmonsy cosmopolitan
counterstrike devilmaycry4 digitalprodu dkflbvbhjdbx dkflbvbhjdyf domainlock2005 edwardcullen entertainment
fatima753357 finalfantasy findaupair007 fkmnthyfnbdf fktrcfylhjdbx fktrcfylhjdf fktrcfylhjdyf flvbybcnhfnjh
foreveryoung frederiksberg fucktheworld fuckyoubitch fynfyfyfhbde gfhfktkjuhfv gfhjkmgfhjkm ghbdtnghbdtn
ghbdtnrfrltkf ghhh47hj7649 ghjatccbjyfk ghjcnjgbpltw ghjcnjgfhjkm ghjcnjghjcnj ghjcnjqgfhjkm ghjcnjrdfibyj
ghjnbdjcnjzybt ghtdtlvtldtl gjkysqgbpltw greenlantern gthtrfnbgjkt gtnhjpfdjlcr hd764nw5d7e1vb1 hd764nw5d7e1vbv
hedimaptfcor iampurehaha2 iloveboobies ilovemyfamily ingodwetrust installdevic installsqlst intelligence
international ipo54tj45uy856 iseedeadpeople jamesbond007 josephphone7 justinbieber ktjynsq40147 leavemealone
lhbjkjubz2957704 lost4815162342 love777321777 lytdybrbdfvgbhf lytghjgtnhjdcr mailcreated5240 maprchem56458
marinamarina massimiliano masterbaiting masterbating masturbation maurolarastefy mevefalkcakk michaeljackson
minecraft123 minnesota_hp momsanaladventure morganstanley mortalkombat motherfucker msoracle32re msorcloledbr
nastyanastya ne_e_pod_chehyl necronomicon needforspeed nemvxyheqdd5oqxyxyzi networkingpe newproject2004
nhbujyjvtnhbz nhecsyfujkjdt nhfdvfnjkju123 nhfycajhvths nick1234-rem936 nightcrawler nondriversig ntktdbpjh1994
olcrackmaster ontheoutside p030710p$e4o paraklast1974 password1234 passwordassword passwordpassword passwordstandard
peanutbutter pfqwtd27121988 philadelphia playstation2 playstation3 polniypizdec0211 polniypizdec1102
polniypizdec110211 pornographic professional ptybnxtvgbjy punksnotdead q1w2e3r4t5y6 q1w2e3r4t5y6u7 q1w2e3r4t5y6u7i8
q1w2e3r4t5y6u7i8o9p0 qawsedrftgyh qaz123wsx456 qazwsx123456 qazwsxedc123 qazwsxedcrfv qazwsxedcrfvtgb qazwsxqazwsx
qazxswedc123 qazxswedcvfr qwaszxerdfcv qwe123qwe123 qweasdzxc123 qwerasdfzxcv qwertasdfgzxcvb qwerty123456
qwerty123456789 qwertyasdfgh qwertyuiop10 qwertyuiop12 qwertyuiop123 qwertyuiop12345 qwertyytrewq residentevil
rfnthbyf1988 ronaldinho10 sanfrancisco satisfaction saun24865709 scandinavian schoolgirlie sdicmt7seytn seemnemaailm
sojdlg123aljg sonnenschein sonyericsson specialinsta stickdaddy77 stinkyfinger stratocaster supernatural
systemofadown temppassword thecakeisalie ticketmaster transformers unbelievable vanyarespekt vfhbyfvfhbyf
vfrcbvvfrcbv vfvfvskfhfve vladimirovna warhammer40k wazzkaprivet websolutions websolutionssu webuivalidat
weihnachtsbau weihnachtsbaum whosyourdaddy xxxp455w0rd5 z1x2c3v4b5n6 z1x2c3v4b5n6m7 zaq12wsxcde3 zaq1xsw2cde3
zaqwsxcderfv zcfvfzkexifz zqjphsyf6ctifgu zxcasdqwe123 zxcvbn123456 zxcvbnm123456789 zxcvbnmmnbvcxz
`);

/** Of five to eleven letters: alone, repeated, or with digits and signs around them they make no password. */
export const COMMON_WORDS = words(`
aaliyah aardvark aaron aberdeen abgrtyu abigail abraham absolut access accord account achilles action active
adgjmptw adidas admin admiral adonis adrian adriana adult aezakmi africa again aggies aikido airborne airbus
airforce airplane alabama alaska albatros albert alberto albina albion alejandr aleksandr aleksandra aleksey
alexande alexander alexandr alexandra alexis alfred alibaba alice alicia alien aliens alison allen alliance allison
allmine allsop alpha alpine alucard always alyssa amadeus amanda amateur amazon amber amelia america american
amsterda amsterdam anaconda anakin analsex anarchy anastasia anders anderson andre andrea andreas andrei andres
andrew andrey anfield angel angela angelica angelina angelo angels angie anhyeuem animal animals anime annette annie
answer anthony anton antonio anubis anything apache apollo apple applepie apples april aquarius aragorn archer
archie arizona arjay armani arnold arsenal artemis arthur artist artur asdasd asdfasdf asdfg asdfgh asdfghj asdfghjk
asdfghjkl asdfjkl asdzxc ashley ashton asian aspire aspirine assass assassin assfuck asshole assholes assman asterix
astrid astros athena atlanta atlantic atlantis atomic attack attitude auburn audrey august aurora aussie austin
australi australia autumn avalanch avalon avatar avenger awesome azamat azerty azsxdc azsxdcfv babes babies babyblue
babyboy babydoll babygirl babylon backdoor backup bacon badass badboy baddog badger baggins bailey baller balloon
balls bambam banana bananas bandit bangbang bangkok banker banshee barbara barber barbie barcelon barcelona barefoot
barkley barney barrett barry barsik baseball basket basketba basketball bassman bastard batman battle baxter bayern
beach beaches beagle beaner beanie bearbear bears beast beastie beatles beatrice beautiful beauty beaver beavis
beckham becky beefcake beerbeer beetle believe belinda bella belle bender benjamin bennett benny benson bentley
beretta berlin bernard bernie bertha bertie bethany better betty beverly bianca bicycle bigass bigballs bigbear
bigbird bigboobs bigboy bigcock bigdaddy bigdick bigdog bigfoot bigger biggie biggles bigguy bigmac bigman bigmoney
bigone bigred bigsexy bigtime bigtits bikini billie billy billybob billyboy bimmer bingo birdie birdman birthday
biscuit bishop bitch bitches biteme bizkit blabla black blackcat blackdog blackhaw blackie blackjac blackman blacks
blacky blade blades blahblah blake blaster blazer blessed blessing blizzard blonde blondes blondie blood bloody
blossom blowjob blowme bluebird blueblue blueboy bluedog blueeyes bluemoon blues bluesky bobafett bobbie bobbob
bobby bobcat boeing bogart bogdan bogey bohica bollocks bollox bomber bondage bonehead boner bones bonita bonjour
bonkers bonnie bonsai boobies booboo boobs booger boogie boomboom boomer bootie boots booty boris bosco bossman
boston bottle bottom bounce bowler bowling bowser boxing bradford bradley brandi brando brandon brandy brasil braves
brazil breast breeze brenda brendan brian briana brianna bridge bridget brighton bristol britney brittany broadway
broken bronco broncos brooke brooklyn brooks brother brothers brown brownie browns bruce brucelee bruins bruno
brutus bryan bryant bubba bubbas bubble bubbles buckeye buckeyes buckshot buddha buddy budlight budman budweise
buffalo buffett buffy bugger builder bulldog bulldogs bullet bullseye bullshit bunghole bunny burger burton business
busted buster butch butler butter butterfl butterfly butthead butthole buttman button buttons byteme cabbage cactus
cadillac caesar caitlin calico caliente californ california caligula callaway callie calvin camaro cambiami camel
camelot camels camera cameron camilla camille campbell canada canadian cancel cancer cancun candle candy candyman
cannon canon cantona capital capone captain caramel cardinal carla carlo carlos carlton carmen carol carole carolina
caroline carolyn carpet carrera carrie carrot carson carter cartman cartoon caserta casey casino casper cassidy
cassie castle catalina catdog catfish catherin catherine catman cavalier caveman ccbill cdtnkfyf cecilia cedric
celeron celeste celica celine celtic celtics center central cessna cfitymrf chainsaw chair champ champion champs
chance chandler chanel chang change changeme chaos charger chargers charles charley charli charlie charlott
charlotte charlton charly charmed chase chaser check cheers cheese cheetah chelsea chemical cheng cherokee cherry
cheryl chester chevelle chevrole chevy chewie cheyenne chicago chichi chicken chickens chicks chico chief chiefs
children china chipper chivas chloe chocolat chocolate chong chopper chris chrisbln chrissy christ christia
christian christie christin christina christine christop christopher christy chronic chrono chubby chuck chuckles
chucky church cigars cinder cindy cinnamon cjkysirj cjkywt claire clancy clapton clarence classic claude claudia
clayton clemson clevelan clifford clinton clipper clitoris clover cobra cocacola cocks coconut coffee cohiba coleman
colleen college collins colombia colorado colors coltrane columbia columbus comics command commando compaq compute
computer concrete condom condor connect conner connie connor conrad consumer contact content control cookie cookies
cooldude cooler coolguy coolio coolman cooper cooter copper cornell corona corrado corvette cosmo cosmos cosworth
cotton cougar country courtney cowboy cowboys coyote cracker craig crash crawford crazy crazybab cream creampie
creamy creative credit cricket crimson cristina critter cruise cruiser crunch crusader crysis crystal cthulhu cthutq
cubbies cuddles cumming cumshot cunts cupcake curious curtis custom cutlass cutter cxfcnmt cyber cyclone cyclops
cynthia cypress daddy daewoo dagger daisy dakota dalejr dallas dalton damage damian damien dammit damnit dance
dancer danger danie daniel daniela danielle daniil danila danni danny dannyboy dante danzig daphne darkness darkside
darkstar darling darren darwin david davids davidson davis dawson daytona dbrnjhbz deacon deadhead deadman deanna
death debbie deborah december deedee deejay deepthroat deeznuts defender defiant deftones delete delta demon demons
denali denis denise deniska dennis denver depeche derrick desert design designer desire deskjet destiny detroit
devil devildog devils dexter dfkthbz dfkthf dfktynbyf dfvgbh dharma diablo diamond diamonds diana dickhead dicks
diehard diesel dietcoke digger digital dilbert dildo dilligaf dillon dinamo dingdong dinosaur direct director dirty
discover disney divine dixie dkflbckfd dkflbvbh doberman doctor dodge dodger dodgeram dodgers doggie doggy dogman
dollar dollars dolphin dolphins dominic domino donald donkey donna donnie donuts doobie doodle doogie dookie dorian
dorothy double doughboy douglas downtown dracula drago dragon dragons dragoon drake dream dreamer dreams driver
drizzt droopy drowssap drpepper drummer dthjybrf dublin ducati duchess dudley dumbass duncan durango duster dustin
dusty dylan eagle eagles eastside eatme eatpussy eatshit eclipse eddie eduard edward edwards eeyore eileen einstein
ekaterina elaine electric element elena elephant eleven elijah elizabet elizabeth elliot elliott elvira elvis elwood
emerald emerson emily eminem emmanuel emmitt empire energy engage engine engineer england english enigma enjoy enter
enterpri enterprise erica ericsson ernest erotic erotica escape escort esther eternity eugene europa europe evelyn
everest everton excalibu exigen exigent exodus explorer express extreme fabian fabie fabric facial faggot faith
falcon falcons fallen fallout family fantasy farmer farside fashion faster fatass fatboy fatcat father fatima fatman
feather february federico felicia felix fender fernand fernando ferrari ferret fetish fghtkm ficken fiesta figaro
fighter filter finger fingers finish fireball firebird firefly firefox fireman first fisher fishes fishing fitness
fktrcfylh fktrcfylhf fktrctq flames flamingo flash flatron fletch fletcher flight flipper floppy florence florian
florida flounder flower flowers floyd fluffy flyboy flyers flying foobar football forest forever forfun forget
forgot formula forrest fortuna fortune fossil foster fowler foxtrot france frances francesc francis franco francois
frank frankie franklin franky freak freaks freaky freckles freddie freddy frederic fredfred freedom freeman freepass
freeporn freeuser french fresh friday friend friends fright frisco fritz frodo frogger froggy frontier frosty frozen
fubar fucked fucker fuckers fuckface fuckfuck fuckher fuckin fucking fuckit fuckme fuckoff fuckthis fucku fuckyou
fugazi function funny funtime fusion future fyfcnfcbz fylhtq gabrie gabriel galaxy galina galore gambit gandalf
gangbang gangsta gangster garage garbage garcia garden garfield gargoyle garrett gateway gator gators gbpltw gegcbr
geheim gemini general genesis genius george georgia gerald gerard german germany geronimo getmoney getsome gfhjkm
ghbdtn ghbdtnbr ghetto ghjcnj ghjcnjnfr ghost giant giants gibson gilbert gillian ginger giorgi giovanni girls
giuseppe gizmo gizmodo gjkbyf gladiator global gloria gmoney goalie goblin goblue goddess godfather godsmack
godzilla gofish goforit goldberg golden goldfish goldie goldstar golfball golfer golfgolf golfing goliath gollum
gonzo goober goodbye goodluck goodman goodtime google goose gopher gordon gorilla gotcha gothic gotohell govols
grace gracie graham grandma granny grant grapes grateful great greatone greece green greenbay greenday greene greens
gregory gremlin grendel gretchen gretzky griffey griffin gringo grizzly groovy groucho grover grumpy guardian guest
guiness guinness guitar gundam gunnar gunner gunners gustav hacker hailey hairy halflife hallo hambone hamburg
hamilton hamlet hammer hammers hamster handsome hannah hannibal hansen hansolo happy happyday hardcore harder hardon
hardrock harley harmony harold harper harris harrison harry harvey hastings havefun hawaii hawkeye hayden hayley
heart hearts heather heaven hector hedgehog heidi helen helena hellfire hello helloo hellyeah helpme hendrix henry
hentai herbert herbie hercules herman hermes hershey hesoyam hidden highland hilton hiphop history hithere hitler
hitman hjvfirf hobbes hobbit hockey holden holiday holland holly hollywoo hollywood holmes holyshit homer homers
homerun honda honey hongkong hooker hoosier hooter hooters hoover hopper horizon horndog hornet horney horny horse
horses hotboy hotdog hotpussy hotred hotrod hotsex hotshot hotstuff hottie house houses houston howard hudson hummer
hungry hunter hunting hurrican husker huskers huskies hustler hyperion ibanez icecream iceman idontknow iforgot
iguana ihateyou illini ilovesex iloveu iloveyo iloveyou imagine immortal impala imperial incubus indian indiana
indians indigo infantry inferno infiniti infinity ingrid insane insert inside integra internet intrepid intruder
ireland irina irish ironman isabel isabella isabelle isaiah island israel italia italian ivanov ivanova iverson
iwantu jabroni jackal jackass jackie jackoff jackson jacob jaguar jamaica james jamesbon jamesbond jamie jammer
janet janice janine january japan japanese jarhead jasmin jasmine jason jasper javier jayhawk jazzman jeanette
jeanne jeffrey jenna jennie jennifer jenny jensen jeremiah jeremy jericho jerkoff jerome jerry jersey jesse jessic
jessica jessie jester jesus jethro jewels jillian jimbo jimbob jimmy joanna joanne joejoe johanna johannes johnjohn
johnny johnson joker jokers jonathan jones jordan joseph joshua journey jrcfyf judith juggalo juice julia julian
julie juliet julius jumper junebug jungle junior jupiter justdoit justice justin justine justme juventus kahuna
kaiser kaktus kamikaze kangaroo kansas karate karen karina karolina kasper katana katerina kathleen kathryn kathy
katie katrin katrina kawasaki keeper keith kelley kelly kelsey kendall kennedy kenneth kenny kenshin kentucky
kenwood kenworth kermit kevin keyboard keystone keywest kickass kicker killbill killer killme kimber kimberly
kingdom kingfish kingkong kingpin kingston kinky kipper kirill kirsten kisses kissme kitkat kitten kitty kittycat
klaster klingon knickers knicks knight knights knopka kodiak kolobok koshka kosmos kostya kotenok kramer krishna
krista kristen kristi kristin kristina kristine kristy ktyjxrf kungfu labrador labtec lacrosse ladies ladybug laguna
lakers lamont lance lancelot lancer lansing laptop larisa larry lasvegas latin latino laura laurel lauren laurie
lawrence lawyer leader leanne leather ledzep legacy legend legion legolas lemons lennon leonard leonardo leonid
leopard lesbian lesbians leslie lespaul lestat lester letmein letsgo lewis lexmark liberty library licker lickit
lickme lifehack lifetime light lightnin lights lillian lincoln linda lindsay lindsey lionking liquid lisalisa little
liverpoo liverpool lizard lizzie lobster logan logitech lokomotiv lolipop lolita lollipop lollol london lonely
lonestar lonewolf longhorn looker looking looser lorenzo lorraine loser losers louis louise loulou loveit lovelove
lovely loveme lover loverboy lovers loveyou loving lowrider lucas lucifer lucky luckydog ludwig luther lvbnhbq
macdaddy machine macross madden maddie maddog madeline madison madman madmax madness madonna madrid maestro maggie
magic magick magicman magnolia magnum magnus magpie maiden mailman majestic makaveli maksim malaka malcolm malibu
malina mallard mamapapa manager manchest manchester mandingo mandy maniac manson manuel manutd maradona marathon
marcel marco marcos marcus margaret margarita maria mariah marian marianne marie marilyn marin marina marine
mariners marines marino mario marion marisa marissa marius market markus marlboro marlene marley marlin marshall
martha martin martina martinez martini marvel marvin maryjane maryland mason massimo massive master masters matador
mathew matilda matrix matthew mattie mature maureen maurice maverick maxell maxima maximum maximus maxine maxmax
maxwell mayday mayhem maynard meatball meathead meatloaf mechanic megadeth megaman megan megapass meghan melanie
melinda melissa mellon melody melvin member memorex memory memphis mercedes mercury meredith meridian merlin
mersedes metal metallic metallica method mexico miami michael michaela micheal michel michele michell michelle
michigan mickey microlab micron microsof microsoft midget midnight mighty miguel mikemike mikey milana milano milena
miles military miller millie million milton minecraft minime minnie miracle mirage miranda miriam mirror misfit
mission missy mister mistress misty mitchell mittens mobile models mollie molly moloko molson momoney monaco
monalisa monday mondeo money moneyman moneys mongoose monica monika monique monitor monkey monkeys monopoly monroe
monster montana montreal monty moocow mookie moomoo moose morgan morpheus morris morrison moscow mother motherlode
motorola mountain mouse movie movies mozart muffin mulder multiplelo munchkin muppet murder murphy murray muscle
mushroom music musica musicman mustang mustangs mybaby mylife mylove mypass myself mystery mystic nadine naked nancy
napass napoleon naruto nascar nasty nastya natali natalia natalie natasha nathalie nathan national natural nature
naughty nebraska nellie nelson nemesis neptune network nevada newbie newcastl newlife newman newpass newport newton
newyork nfnmzyf nguyen nicholas nicola nicolas nicole nigger night nikita nikki nikola nimrod niners ninja nintendo
nipper nipple nipples nirvana nissan nitram nobody nofear nokia nolimit noodle noodles nookie nopass norman norton
nothing november nudist nugget number nuttertools nyjets nylons nymets oakland oakley obiwan oblivion ocean october
odessa office ohyeah oilers oklahoma oksana oldman oliver olivia olivier omega onelove online onlyme openup operator
oracle orange oranges oregon orgasm original orioles orion orlando oscar osiris outkast outlaw overlord oxford
pacific packard packer packers pacman padres paint paintbal paintball painter pakistan palace paladin palmer pamela
panama panasoni panasonic pancho panda pandora pantera panther panthers panties pantyhos panzer paper paradise
paradox paris parker parola parrot party pascal passat passion passme passpass passport passwor password passwords
passwort patches patricia patrick patriot patriots patton patty pauline pavilion payton peace peaches peanut peanuts
pearl pearljam pebbles pedro peekaboo peewee pegasus pencil penelope penguin penguins penis penny penthous pentium
people pepper pepsi perfect personal pervert peter peterpan peters peterson peugeot peyton phantom philip philippe
philips phillies phillip phillips philly phoebe phoenix photo photos phpbb picard picasso piccolo pickle pickles
picture pierre piglet pikachu pillow pilot pimpin pineappl pingpong pinkfloy pioneer pippen pirate pirates pisces
pistol pitbull pizza planet plastic platinum playboy player playtime please pleasure plumber plymouth poetry poison
pokemon polaris police polina polska pompey poncho pontiac poodle poohbear pookie poontang pooper poopie poopoo
pooppoop pooter popcorn popeye poppy porkchop porno pornos pornstar porsche porter portland portugal poseidon
positive possum postal potato potter powder powell power powers precious predator prelude premier presario presto
preston pretty primus prince princes princess printer prissy private privet prodigy profit psycho pudding pumpkin
punisher punkin punkrock puppies puppy pupsik purple pussie pussies pussy pussycat pussys putter pyramid python
qawsed qawsedrf qazqaz qazwsx qazwsxed qazwsxedc qazxsw qazxswedc quality quantum quartz quattro queen queens quincy
qwaszx qweasd qweasdzxc qweqwe qwerasdf qwert qwerty qwertyu qwertyui qwertyuio qwertyuiop rabbit racecar racer
racerx rachael rachel racing rafael ragnarok raider raiders railroad rainbow raistlin ralph rambler rammstein ramona
ramses randall random randy ranger rangers raptor rascal rasputin rastaman raven ravens raymond rbhbkk rctybz
reading ready reagan reality reaper rebecca rebel rebels redalert redbull reddog redfish redhead redhot redman
redneck redrum redskins redsox redwings reebok reggie regina remember renault renee renegade rereirf rescue research
respect retard retired revenge review rfhbyf rfnthbyf rfrfirf rfrnec rhbcnbyf rhonda ricardo richard richards richie
richmond ricky rightnow ripper river rivers rjirfrgbde rjntyjr rjycnfynby roadkill robbie robert roberta roberto
roberts robin robinson robotech rocker rocket rockets rockhard rockon rocks rockstar rocky rodman rodney roger
rogers roland roller rolltide roman romance romashka romeo rommel ronald ronaldo ronnie rookie rooster rootbeer
roscoe rosebud rosemary rosie rotten rover rovers roxanne royals rtyuehe rubber rugby rules rulez runner running
rupert ruslan russell russia russian rustam rusty sabbath sabina sabine sabres sabrina sadie safari safety sailboat
sailing sailor saint saints sakura sally salmon salvador samantha samara samiam sammie sammy sampson samson samsung
samuel samurai sanchez sanders sandiego sandman sandra sandro sandy santana santiago santos sapper sapphire sarah
saratoga sascha sasha sassy sasuke satan saturday saturn sausage savage savannah sayang scania scanner scarface
scarlet scarlett school science scooby scoobydo scooter scorpio scorpion scotch scotland scott scottie scotty scout
scrappy scratch scream scruffy scully seamus searay search seattle sebastia sebastian second secret security seeker
seinfeld select selena seminole semperfi senior sentinel septembe september serega serena serenity sergei sergey
sergio server service sesame seven sexsex sexual sexxxx sexygirl shado shadow shaggy shalom shaman shamrock shane
shania shannon shaolin shark sharks sharky sharon shasta shaved shawn shazam shearer sheena sheila shelby shelley
shelly shemale sherlock sherman sherry sherwood shiloh shirley shithead shitty shogun shooter shopping short shorty
shotgun showme showtime sidney siemens sierra silence silver silvia simba simon simona simone simple simpson
simpsons sinatra sinbad sinclair singer single sinner sirius sister sithlord sixers skater skeeter skidoo skiing
skinny skipper skippy skittles skorpion skydive skyline skywalke skywalker slacker slappy slapshot slave slayer
sleepy slick slider slipknot sluts slutty small smegma smelly smile smiles smiley smith smitty smoke smoker smokes
smokey smokin smooth smudge snake snakes snapper snapple snatch sneakers snickers sniper snoop snoopdog snoopy
snowball snowboar snowman snuggles sobaka soccer socrates softball software soldier soleil solnce solomon solution
somethin sommer sonic sooner sooners sophia sophie southern southpark space spank spanking spankme spanky sparkle
sparks sparky sparrow sparta spartak spartan spartans spawn speaker spears special spectrum speed speedy spencer
spider spiderma spiderman spidey spike spirit spitfire splash splinter spongebob spooky sport sports spring springer
sprint sprite spunky spurs spyder squirrel squirt srinivas stacey stalker stallion standard stanley staples starbuck
starcraft stardust starfire starfish stargate stars starship start startrek starwars static station stealth steel
steele steeler steelers stefan stefano stella steph stephani stephanie stephen stereo sterlin sterling steve steven
stevie stewart stick sticks sticky stimpy stinger stingray stinky stocking stocks stolen stone stonecol stoner
stones storm stormy street strider strike striker stripper stroke strong stuart student studio
studly stuff stunner stupid subaru sublime subway success sucker suckit suckme sucks sugar sultan summer summit
sundance sunday sunflowe sunny sunnyday sunrise sunset sunshine super superfly superman supersta superstar support
surfer surfing susan susanne suzanne suzuki svetik svetlana swallow sweden sweet sweetie sweetpea sweets sweety
swimmer swimming swinger swingers sword swordfis swordfish sydney sylvia syncmaster syracuse system tabitha tacobell
tacoma tamara tammy tanker tanner tanya tardis target tarheel tarheels tarzan tasha tatiana tattoo tatyana taurus
taylor tazman tazmania tdutybq teacher technics techno teddy teens tekken telefon tempest temple tennis tequila
teresa terminal terminator terrapin terror terry tester testing testtest texas thailand thanatos thanks thankyou
theboss thecat theend thegame thekid theking theman theodore theone theresa therock thesims thirteen thomas thompson
thongs throat thuglife thumper thunder thursday tickle tiffany tiger tigers tigger tight tights timber timmy timothy
tinker tinman tintin titanic titanium titans titleist titties titty tobias today tolkien tomato tomcat tommy
tommyboy tomorrow tomtom tootsie topcat topdog topgun topher topper tornado toronto torres toshiba tottenha toyota
tracey tractor tracy trader traffic train trains trance transam translator travel travis treasure trebor trevor
trfnthbyf tricky trident trigger trinidad trinity trisha tristan triton triumph trixie trojan trojans trombone
trooper trouble trout truck trucker trucks truelove truman trumpet trunks tsunami tucker tuesday tunafish tundra
turbo turkey turner turtle tweety twilight twinkle twisted twister tyler typhoon tyrone tyson ufkbyf ultima ultimate
umbrella underdog undertaker unicorn united universe unknown unreal usnavy utopia vacation vader vagina valentin
valentina valera valeria valerie valhalla valley vampire vanessa vanhalen vanilla vector vectra vegeta velvet venus
verbatim veritas vermont vernon verona veronica veronika vertigo vette vfczyz vfhbyf vfhecz vfhufhbnf vfksirf vfrcbv
vfrcbvrf vfvekz vfvfgfgf vfvjxrf viagra victor victoria victory video vietnam viewsonic viking vikings viktor
viktoria village vincent violet viper vipers virgin virginia vision vitalik vivian vkontakte vladik vladimir
vladislav volley volume voodoo vortex voyager voyeur vulcan wagner walker wallace walleye wally walmart walnut
walrus walter wanker wapbbs warcraft warhammer warlock warlord warren warrior warriors wasser wassup watcher water
waterloo waters watson wayne weasel weather webmaster webster weezer welcome wendy werewolf werner wesley western
westham westside westwood wetpussy whatever wheels whiskey whisky whisper white whitesox whitey whitney whocares
whore whynot wibble wicked wilbur wildcat wildcats wildfire william williams willie willis willow willy wilson
window windows winner winnie winston winter wisdom wizard wolfgang wolfie wolfman wolfpack wolverin wolverine wolves
woman wombat women wonder woody woofwoof wookie wordpass working world wrangler wrestlin wright writer wutang xanadu
xavier xfiles xtreme yamaha yankee yankees ybrbnf ybrjkfq yellow yfnfif yomama yosemite young yourmom yousuck yvonne
yzerman zachary zaphod zaqwsx zaqxsw zenith zeppelin zerocool zidane ziggy zipper zombie zorro zvezda zxcasd
zxcasdqwe zxcvbn zxcvbnm
`);
